/** Adds, moves, removes, copies and groups parts. Pure. */
import { roundMs } from "../../shared/time.js";
import { shiftAfter, shifted } from "./cutting.js";
import {
  byPosition, clamp, clipEnd, findPart, isStory, lengthOf, MAX_LAYER, partsOf, rowName, rowOf,
  settled, spanOf, TOUCH_S, withParts,
} from "./parts.js";
import { newId } from "../../shared/ids.js";

/** How long a still picture is shown when it is added. */
export const STILL_S = 5;

const PLAYED = ["clip", "audio"];

/** A fresh clip of a whole asset, or of a piece of it. */
export function newClip({ asset, duration, start = 0, end = duration, position = 0, layer = 0, id }) {
  return {
    id: id ?? newId(),
    asset,
    start_time: roundMs(start),
    end_time: roundMs(end),
    duration: roundMs(end - start),
    position: roundMs(position),
    layer,
    volume: 1,
    muted: false,
    speed: 1,
  };
}

export function newSound({ asset, duration, position = 0, track = 0, id }) {
  const { layer: _layer, ...sound } = newClip({ asset, duration, position, id });
  return { ...sound, track };
}

const rowEnd = (timeline, kind, row) =>
  partsOf(timeline, kind)
    .filter((part) => rowOf(kind, part) === row)
    .reduce((end, part) => Math.max(end, clipEnd(part)), 0);

/** Puts a clip behind the last one of its layer. */
export function append(timeline, kind, part) {
  const position = rowEnd(timeline, kind, rowOf(kind, part));
  return settled(withParts(timeline, kind, [...partsOf(timeline, kind), { ...part, position }]));
}

/** Puts a part at its place; what is in the way makes room. */
export function place(timeline, kind, part) {
  const bare = withParts(timeline, kind, [...partsOf(timeline, kind), part]);
  return settled(makeRoom(bare, kind, new Set([part.id])));
}

/**
 * Inserts at a time of a layer: a clip that lies across the time is cut, and all
 * that follows in this layer moves.
 */
export function insertAt(timeline, kind, part, { splitPart }) {
  const row = rowOf(kind, part);
  const at = part.position;
  let next = timeline;
  const across = partsOf(timeline, kind).find(
    (each) => rowOf(kind, each) === row && each.position < at - TOUCH_S && clipEnd(each) > at + TOUCH_S,
  );
  if (across) next = splitPart(next, { kind, id: across.id, at });
  next = shiftAfter(next, { kind, row, from: at, by: lengthOf(part) });
  return place(next, kind, part);
}

/**
 * Resolves overlaps after parts were put down: what begins before the middle of
 * a neighbour comes before it, and neighbours are pushed to the right.
 */
function makeRoom(timeline, kind, movedIds) {
  const rows = new Map();
  for (const part of partsOf(timeline, kind)) {
    const row = rowOf(kind, part);
    if (!rows.has(row)) rows.set(row, []);
    rows.get(row).push(part);
  }
  const placed = new Map();
  for (const parts of rows.values()) {
    if (!parts.some((part) => movedIds.has(part.id))) continue;
    const still = parts.filter((part) => !movedIds.has(part.id)).sort(byPosition);
    const order = [...still];
    for (const part of parts.filter(({ id }) => movedIds.has(id)).sort(byPosition)) {
      const before = order.findIndex((other) => {
        const middle = movedIds.has(other.id) ? Infinity : other.position + lengthOf(other) / 2;
        return movedIds.has(other.id) ? other.position > part.position : middle > part.position;
      });
      order.splice(before < 0 ? order.length : before, 0, part);
    }
    let end = 0;
    for (const part of order) {
      const position = Math.max(part.position, end);
      end = roundMs(position + lengthOf(part));
      if (position !== part.position) placed.set(part.id, roundMs(position));
    }
  }
  if (placed.size === 0) return timeline;
  return withParts(
    timeline,
    kind,
    partsOf(timeline, kind).map((part) =>
      placed.has(part.id) ? { ...part, position: placed.get(part.id) } : part,
    ),
  );
}

/** How far chosen parts can go to the left together. */
const earliest = (timeline, items) =>
  items.reduce((start, item) => {
    const part = findPart(timeline, item);
    return part ? Math.min(start, spanOf(item.kind, part).start) : start;
  }, Infinity);

/**
 * Moves parts together in time and clips across layers, sounds across lanes.
 * @param {{items: {kind: string, id: string}[], by: number, rows?: number}} move
 *   `rows` counts layers up (for sounds: lanes down)
 */
export function move(timeline, { items, by, rows = 0 }) {
  const step = roundMs(Math.max(by, -earliest(timeline, items)));
  if (step === 0 && rows === 0) return timeline;
  const chosen = new Map(items.map((item) => [item.id, item]));
  let next = timeline;
  for (const kind of ["clip", "audio", "text", "caption", "marker"]) {
    const mine = partsOf(next, kind).filter((part) => chosen.has(part.id));
    if (mine.length === 0) continue;
    const jump = limitedRows(kind, mine, rows);
    const parts = partsOf(next, kind).map((part) => {
      if (!chosen.has(part.id)) return part;
      const moved = shifted(kind, part, step);
      if (jump !== 0) moved[rowName(kind)] = rowOf(kind, part) + jump;
      return moved;
    });
    next = withParts(next, kind, parts);
    if (PLAYED.includes(kind)) next = makeRoom(next, kind, new Set(mine.map(({ id }) => id)));
  }
  return settled(next);
}

function limitedRows(kind, parts, rows) {
  if (!PLAYED.includes(kind)) return 0;
  const used = parts.map((part) => rowOf(kind, part));
  return clamp(rows, -Math.min(...used), MAX_LAYER - Math.max(...used));
}

/** Takes parts out. With `ripple` the rows close their gaps, or only the story does. */
export function remove(timeline, items, { ripple = false, storyOnly = false } = {}) {
  let next = timeline;
  const ids = new Set(items.map((item) => item.id));
  for (const kind of new Set(items.map((item) => item.kind))) {
    const gone = partsOf(next, kind).filter((part) => ids.has(part.id));
    next = withParts(next, kind, partsOf(next, kind).filter((part) => !ids.has(part.id)));
    if (!ripple || !PLAYED.includes(kind)) continue;
    // From the right, so that earlier gaps are where they were.
    for (const part of gone.sort((a, b) => b.position - a.position)) {
      if (storyOnly && !isStory(kind, part)) continue;
      const row = rowOf(kind, part);
      next = shiftAfter(next, { kind, row, from: clipEnd(part), by: -lengthOf(part) });
    }
  }
  return settled(next);
}

/** Closes the empty place at a time of a row; nothing there: unchanged. */
export function closeGap(timeline, { kind = "clip", row, at }) {
  const parts = partsOf(timeline, kind).filter((part) => rowOf(kind, part) === row);
  if (parts.some((part) => part.position <= at && clipEnd(part) > at)) return timeline;
  const left = parts.reduce((end, part) => {
    const stop = clipEnd(part);
    return stop <= at ? Math.max(end, stop) : end;
  }, 0);
  const right = parts.reduce(
    (start, part) => (part.position > at ? Math.min(start, part.position) : start),
    Infinity,
  );
  if (!Number.isFinite(right)) return timeline;
  return settled(shiftAfter(timeline, { kind, row, from: right, by: roundMs(left - right) }));
}

/** What a copy holds: the parts, counted from the earliest of them. */
export function copy(timeline, items) {
  const start = earliest(timeline, items);
  if (!Number.isFinite(start)) return null;
  const parts = items.flatMap((item) => {
    const part = findPart(timeline, item);
    return part ? [{ kind: item.kind, part: shifted(item.kind, part, -start) }] : [];
  });
  const ids = new Set(items.map(({ id }) => id));
  const transitions = (timeline.transitions ?? []).filter(
    ({ from_clip: from, to_clip: to }) => ids.has(from) && ids.has(to),
  );
  return { parts: parts.filter(({ kind }) => kind !== "transition"), transitions };
}

/** Puts copied parts at a time. @returns {{timeline: object, made: object[]}} */
export function paste(timeline, copied, at) {
  const names = new Map();
  const groups = new Map();
  const renamed = (map, id) => {
    if (!map.has(id)) map.set(id, newId());
    return map.get(id);
  };
  let next = timeline;
  const made = [];
  for (const { kind, part } of copied.parts) {
    const fresh = { ...shifted(kind, part, at), id: renamed(names, part.id) };
    if (part.group) fresh.group = renamed(groups, part.group);
    if (part.effects) fresh.effects = part.effects.map((effect) => ({ ...effect, id: newId() }));
    next = withParts(next, kind, [...partsOf(next, kind), fresh]);
    made.push({ kind, id: fresh.id });
  }
  for (const kind of PLAYED) {
    next = makeRoom(next, kind, new Set(made.filter((each) => each.kind === kind).map(({ id }) => id)));
  }
  if (copied.transitions.length > 0) {
    const transitions = copied.transitions.map((each) => ({
      ...each,
      id: newId(),
      from_clip: names.get(each.from_clip),
      to_clip: names.get(each.to_clip),
    }));
    next = { ...next, transitions: [...(next.transitions ?? []), ...transitions] };
  }
  return { timeline: settled(next), made };
}

/** Copies of the chosen parts right behind them. */
export function duplicate(timeline, items) {
  const copied = copy(timeline, items);
  if (!copied) return { timeline, made: [] };
  const end = items.reduce((last, item) => {
    const part = findPart(timeline, item);
    return part ? Math.max(last, spanOf(item.kind, part).end) : last;
  }, 0);
  return paste(timeline, copied, end);
}

/** The chosen parts and all that are grouped with them. */
export function withGroups(timeline, items) {
  const groups = new Set();
  for (const item of items) {
    const group = findPart(timeline, item)?.group;
    if (group) groups.add(group);
  }
  if (groups.size === 0) return items;
  const found = new Map(items.map((item) => [item.id, item]));
  for (const kind of ["clip", "audio", "text"]) {
    for (const part of partsOf(timeline, kind)) {
      if (groups.has(part.group)) found.set(part.id, { kind, id: part.id });
    }
  }
  return [...found.values()];
}

export function group(timeline, items, id = newId()) {
  return grouped(timeline, items, id);
}

export const ungroup = (timeline, items) => grouped(timeline, withGroups(timeline, items), null);

function grouped(timeline, items, value) {
  const ids = new Set(items.map((item) => item.id));
  let next = timeline;
  for (const kind of ["clip", "audio", "text"]) {
    const parts = partsOf(next, kind);
    if (!parts.some((part) => ids.has(part.id))) continue;
    next = withParts(
      next,
      kind,
      parts.map((part) => (ids.has(part.id) ? { ...part, group: value } : part)),
    );
  }
  return next;
}

/** All parts that lie in a stretch of time and, for played parts, in given rows. */
export function within(timeline, { start, end, has }) {
  const found = [];
  for (const kind of ["clip", "audio", "text", "caption"]) {
    for (const part of partsOf(timeline, kind)) {
      const span = spanOf(kind, part);
      if (span.start < end && span.end > start && has(kind, part)) found.push({ kind, id: part.id });
    }
  }
  return found;
}

/** The lowest lane in which a sound has room. */
export function freeTrack(timeline, start, end) {
  for (let track = 0; track <= MAX_LAYER; track += 1) {
    const taken = (timeline.audio_tracks ?? []).some(
      (sound) => (sound.track ?? 0) === track && sound.position < end && clipEnd(sound) > start,
    );
    if (!taken) return track;
  }
  return MAX_LAYER;
}

/** The lowest layer above `from` in which a clip has room. */
export function freeLayer(timeline, start, end, from = 0) {
  for (let layer = from; layer <= MAX_LAYER; layer += 1) {
    const taken = timeline.clips.some(
      (clip) => clip.layer === layer && clip.position < end && clipEnd(clip) > start,
    );
    if (!taken) return layer;
  }
  return MAX_LAYER;
}

/** Takes the sound off a clip into a lane of its own; both stay grouped. */
export function detachSound(timeline, clipId, id = newId()) {
  const clip = findPart(timeline, { kind: "clip", id: clipId });
  if (!clip || clip.muted) return timeline;
  const sound = {
    ...newSound({ asset: clip.asset, duration: 1, id }),
    start_time: clip.start_time,
    end_time: clip.end_time,
    duration: clip.duration,
    position: clip.position,
    volume: clip.volume,
    speed: clip.speed,
    track: freeTrack(timeline, clip.position, clipEnd(clip)),
    group: clip.group ?? newId(),
  };
  for (const name of ["fade_in", "fade_out"]) if (clip[name]) sound[name] = clip[name];
  const silent = { ...clip, muted: true, group: sound.group };
  return settled({
    ...timeline,
    clips: timeline.clips.map((each) => (each.id === clipId ? silent : each)),
    audio_tracks: [...(timeline.audio_tracks ?? []), sound],
  });
}
