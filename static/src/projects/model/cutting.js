/** Trims, slips, splits and speeds. Pure: each takes a timeline and gives a new one. */
import { roundMs } from "../../shared/time.js";
import {
  clamp, clipEnd, findPart, lengthOf, MIN_LENGTH_S, partsOf, plays, replacePart, rowOf,
  settled, sourceTime, spanOf, TOUCH_S, withParts,
} from "./parts.js";
import { newId } from "../../shared/ids.js";

/**
 * Moves what begins at or after a time in one row, and with it the rest of the
 * groups that are moved.
 */
export function shiftAfter(timeline, { kind, row, from, by, except = [] }) {
  if (by === 0) return timeline;
  const skipped = new Set(except);
  const groups = new Set();
  const moved = (part) =>
    !skipped.has(part.id) && rowOf(kind, part) === row && part.position >= from - TOUCH_S;
  const parts = partsOf(timeline, kind).map((part) => {
    if (!moved(part)) return part;
    if (part.group) groups.add(part.group);
    return { ...part, position: roundMs(Math.max(0, part.position + by)) };
  });
  const next = withParts(timeline, kind, parts);
  return groups.size > 0 ? followGroups(next, { groups, by, kind, row }) : next;
}

function followGroups(timeline, { groups, by, kind, row }) {
  let next = timeline;
  for (const other of ["clip", "audio", "text"]) {
    const parts = partsOf(next, other);
    if (!parts.some((part) => groups.has(part.group))) continue;
    next = withParts(
      next,
      other,
      parts.map((part) => {
        if (!groups.has(part.group) || (other === kind && rowOf(kind, part) === row)) return part;
        return shifted(other, part, by);
      }),
    );
  }
  return next;
}

/** A part moved in time, never before zero. */
export function shifted(kind, part, by) {
  if (plays(kind)) return { ...part, position: roundMs(Math.max(0, part.position + by)) };
  if (kind === "marker") return { ...part, time: roundMs(Math.max(0, part.time + by)) };
  const step = Math.max(by, -part.start_time);
  return {
    ...part,
    start_time: roundMs(part.start_time + step),
    end_time: roundMs(part.end_time + step),
  };
}

/** The free room of a part in its row: [end of the one before, start of the next]. */
function roomOf(timeline, kind, part) {
  let low = 0;
  let high = Infinity;
  for (const other of partsOf(timeline, kind)) {
    if (other.id === part.id || rowOf(kind, other) !== rowOf(kind, part)) continue;
    if (other.position < part.position) low = Math.max(low, clipEnd(other));
    else high = Math.min(high, other.position);
  }
  return [low, high];
}

/**
 * Moves the in point of a clip or sound to a time of its source. With `ripple`
 * it stays where it begins and what follows moves; without, its end stays.
 */
export function trimStart(timeline, { kind = "clip", id, to, ripple = true }) {
  const part = findPart(timeline, { kind, id });
  const speed = part.speed ?? 1;
  let low = 0;
  if (!ripple) {
    const [left] = roomOf(timeline, kind, part);
    low = Math.max(0, part.start_time - (part.position - left) * speed);
  }
  const start = roundMs(clamp(to, low, part.end_time - MIN_LENGTH_S * speed));
  const by = roundMs((part.start_time - start) / speed);
  if (by === 0) return timeline;
  if (!ripple) {
    const position = roundMs(Math.max(0, part.position - by));
    return settled(replacePart(timeline, kind, { ...part, start_time: start, position }));
  }
  const trimmed = replacePart(timeline, kind, { ...part, start_time: start });
  const row = rowOf(kind, part);
  return settled(shiftAfter(trimmed, { kind, row, from: clipEnd(part), by, except: [id] }));
}

/** Moves the out point; with `ripple` what follows moves along, else it is the limit. */
export function trimEnd(
  timeline,
  { kind = "clip", id, to, sourceDuration = Infinity, ripple = true },
) {
  const part = findPart(timeline, { kind, id });
  const speed = part.speed ?? 1;
  let high = sourceDuration;
  if (!ripple) {
    const [, right] = roomOf(timeline, kind, part);
    high = Math.min(high, part.start_time + (right - part.position) * speed);
  }
  const end = roundMs(clamp(to, part.start_time + MIN_LENGTH_S * speed, Math.max(high, 0)));
  const by = roundMs((end - part.end_time) / speed);
  if (by === 0) return timeline;
  const trimmed = replacePart(timeline, kind, { ...part, end_time: end });
  if (!ripple) return settled(trimmed);
  const row = rowOf(kind, part);
  return settled(shiftAfter(trimmed, { kind, row, from: clipEnd(part), by, except: [id] }));
}

/** Moves the cut between two neighbours: one gives what the other takes. */
export function roll(timeline, { left, right, to, sourceDuration = Infinity }) {
  const first = findPart(timeline, { kind: "clip", id: left });
  const second = findPart(timeline, { kind: "clip", id: right });
  const low = Math.max(
    first.position + MIN_LENGTH_S,
    second.position - second.start_time / second.speed,
  );
  const high = Math.min(
    clipEnd(second) - MIN_LENGTH_S,
    first.position + (sourceDuration - first.start_time) / first.speed,
  );
  const cut = roundMs(clamp(to, low, high));
  const by = cut - second.position;
  if (by === 0) return timeline;
  const ended = { ...first, end_time: sourceTime(first, cut) };
  const start = roundMs(second.start_time + by * second.speed);
  const begun = { ...second, start_time: Math.max(0, start), position: cut };
  return settled(replacePart(replacePart(timeline, "clip", ended), "clip", begun));
}

/** Shows another piece of the source in the same place. `by` is source seconds. */
export function slip(timeline, { kind = "clip", id, by, sourceDuration = Infinity }) {
  const part = findPart(timeline, { kind, id });
  const step = roundMs(clamp(by, -part.start_time, Math.max(0, sourceDuration - part.end_time)));
  if (step === 0) return timeline;
  const moved = {
    ...part,
    start_time: roundMs(part.start_time + step),
    end_time: roundMs(part.end_time + step),
  };
  return settled(replacePart(timeline, kind, moved));
}

/** Cuts a part in two at a time of the timeline. Too near an edge: unchanged. */
export function split(timeline, { kind = "clip", id, at, newPartId = newId() }) {
  const part = findPart(timeline, { kind, id });
  if (!part) return timeline;
  const { start, end } = spanOf(kind, part);
  if (at - start < MIN_LENGTH_S || end - at < MIN_LENGTH_S) return timeline;
  const [left, right] = plays(kind)
    ? splitPlayed(part, at, newPartId)
    : [
        { ...part, end_time: roundMs(at) },
        { ...part, id: newPartId, start_time: roundMs(at) },
      ];
  const parts = partsOf(timeline, kind).flatMap((each) => (each.id === id ? [left, right] : [each]));
  const next = withParts(timeline, kind, parts);
  if (kind === "clip" && next.transitions?.length) {
    next.transitions = next.transitions.map((each) =>
      each.from_clip === id ? { ...each, from_clip: newPartId } : each,
    );
  }
  return settled(next);
}

function splitPlayed(part, at, newPartId) {
  const cut = sourceTime(part, at);
  const left = { ...part, end_time: cut };
  const right = { ...part, id: newPartId, start_time: cut, position: roundMs(at) };
  // A fade belongs to the edge that it was at, an effect to its time.
  if (left.fade_out) left.fade_out = 0;
  if (right.fade_in) right.fade_in = 0;
  if (part.effects?.length) {
    const length = roundMs(at - part.position);
    left.effects = part.effects.flatMap((effect) => cutEffect(effect, 0, length));
    right.effects = part.effects
      .flatMap((effect) => cutEffect(effect, length, lengthOf(part)))
      .map((effect) => ({ ...effect, id: newId() }));
  }
  return [left, right];
}

/** What is left of an effect between two times of its clip, counted from the first. */
function cutEffect(effect, from, to) {
  if (effect.start_time == null && effect.end_time == null) return [effect];
  const start = Math.max(from, effect.start_time ?? 0);
  const end = Math.min(to, effect.end_time ?? to);
  if (end - start < TOUCH_S) return [];
  return [{ ...effect, start_time: roundMs(start - from), end_time: roundMs(end - from) }];
}

/** Cuts everything under a time, or only what is chosen. */
export function splitAll(timeline, at, chosen = null) {
  let next = timeline;
  const made = [];
  for (const kind of ["clip", "audio", "text"]) {
    for (const part of partsOf(timeline, kind)) {
      if (chosen && !chosen.has(part.id)) continue;
      const newPartId = newId();
      const after = split(next, { kind, id: part.id, at, newPartId });
      if (after !== next) made.push({ kind, id: newPartId });
      next = after;
    }
  }
  return { timeline: next, made };
}

/** Plays a clip faster or slower; what follows in its row keeps its distance. */
export function setSpeed(timeline, { kind = "clip", id, speed, ripple = true }) {
  const part = findPart(timeline, { kind, id });
  const next = { ...part, speed: clamp(Math.round(speed * 1000) / 1000, 0.25, 4) };
  const by = roundMs(lengthOf(next) - lengthOf(part));
  if (by === 0 && next.speed === part.speed) return timeline;
  const changed = replacePart(timeline, kind, next);
  if (!ripple && by <= 0) return settled(changed);
  const row = rowOf(kind, part);
  if (ripple) {
    return settled(shiftAfter(changed, { kind, row, from: clipEnd(part), by, except: [id] }));
  }
  const [, right] = roomOf(timeline, kind, part);
  const missing = roundMs(part.position + lengthOf(next) - right);
  if (missing <= 0) return settled(changed);
  return settled(
    shiftAfter(changed, { kind, row, from: clipEnd(part), by: missing, except: [id] }),
  );
}

/** Sets when a text or caption begins or when it ends; the other edge stays. */
export function timePart(timeline, { kind, id, start, end }) {
  const part = findPart(timeline, { kind, id });
  const to = Math.max(end ?? part.end_time, part.start_time + MIN_LENGTH_S);
  const from = clamp(start ?? part.start_time, 0, to - MIN_LENGTH_S);
  return replacePart(timeline, kind, { ...part, start_time: roundMs(from), end_time: roundMs(to) });
}
