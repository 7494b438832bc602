/**
 * The parts of a timeline document and what follows from them. Pure.
 *
 * Parts are named by {kind, id}. Clips and sounds play a source from `start_time`
 * to `end_time` and begin at `position`; texts and captions begin and end on the
 * timeline itself. Times are seconds with millisecond precision.
 */
import { roundMs } from "../../shared/time.js";

export const MIN_LENGTH_S = 0.1;
export const MAX_LAYER = 9;

/** Two edges this near to each other touch. */
export const TOUCH_S = 0.002;

const LISTS = {
  clip: "clips",
  audio: "audio_tracks",
  text: "text_overlays",
  marker: "markers",
  transition: "transitions",
};

export const KINDS = ["clip", "audio", "text", "caption", "transition", "marker"];

export const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

export function partsOf(timeline, kind) {
  if (kind === "caption") return timeline.captions?.cues ?? [];
  return timeline[LISTS[kind]] ?? [];
}

export function withParts(timeline, kind, parts) {
  if (Object.is(parts, partsOf(timeline, kind))) return timeline;
  if (kind === "caption") {
    return { ...timeline, captions: { ...timeline.captions, cues: parts } };
  }
  return { ...timeline, [LISTS[kind]]: parts };
}

export const findPart = (timeline, { kind, id }) =>
  partsOf(timeline, kind).find((part) => part.id === id);

export const findClip = (timeline, id) => findPart(timeline, { kind: "clip", id });

/** Puts a changed part in the place of the old one. */
export function replacePart(timeline, kind, next) {
  const parts = partsOf(timeline, kind).map((part) => (part.id === next.id ? next : part));
  return withParts(timeline, kind, parts);
}

export function changePart(timeline, { kind, id }, changes) {
  const part = findPart(timeline, { kind, id });
  return part ? settled(replacePart(timeline, kind, { ...part, ...changes })) : timeline;
}

export const plays = (kind) => kind === "clip" || kind === "audio";

/** The story is the lowest layer: there, and only there, gaps close by themselves. */
export const isStory = (kind, part) => kind === "clip" && (part.layer ?? 0) === 0;

/** Which row of its kind a part is in. */
export const rowOf = (kind, part) => (kind === "audio" ? (part.track ?? 0) : (part.layer ?? 0));
export const rowName = (kind) => (kind === "audio" ? "track" : "layer");

export const lengthOf = (part) => roundMs((part.end_time - part.start_time) / (part.speed ?? 1));
export const clipEnd = (clip) => roundMs(clip.position + lengthOf(clip));

/** Where a part lies on the timeline. */
export function spanOf(kind, part) {
  if (plays(kind)) return { start: part.position, end: clipEnd(part) };
  if (kind === "marker") return { start: part.time, end: part.time };
  return { start: part.start_time, end: part.end_time };
}

/** Where in its source a clip is at a time of the timeline. */
export const sourceTime = (clip, time) =>
  roundMs(clip.start_time + (time - clip.position) * (clip.speed ?? 1));

export const isAt = (clip, time) => time >= clip.position && time < clipEnd(clip);

/** The clips seen at a time, the lowest layer first. */
export const clipsAt = (timeline, time) =>
  timeline.clips.filter((clip) => isAt(clip, time)).sort((a, b) => a.layer - b.layer);

/** The clip on top at a time. */
export const clipAt = (timeline, time) => clipsAt(timeline, time).at(-1) ?? null;

export const byPosition = (a, b) => a.position - b.position;

/** The clips of a layer from left to right. */
export const layerClips = (timeline, layer) =>
  timeline.clips.filter((clip) => clip.layer === layer).sort(byPosition);

/** Where the last clip or sound ends. */
export function durationOf(timeline) {
  let end = 0;
  for (const clip of timeline.clips) end = Math.max(end, clipEnd(clip));
  for (const sound of timeline.audio_tracks ?? []) end = Math.max(end, clipEnd(sound));
  return end;
}

export const touch = (from, to) =>
  from.layer === to.layer && Math.abs(clipEnd(from) - to.position) <= TOUCH_S;

/**
 * Everything that follows from the rest: lengths, the duration, and transitions,
 * which only live between neighbours and never last longer than those.
 */
export function settled(timeline) {
  const measured = (clip) => {
    const duration = lengthOf(clip);
    return duration === clip.duration ? clip : { ...clip, duration };
  };
  const clips = timeline.clips.map(measured);
  const next = { ...timeline, clips };
  if (timeline.audio_tracks?.length) next.audio_tracks = timeline.audio_tracks.map(measured);
  if (timeline.transitions?.length) {
    const byId = new Map(clips.map((clip) => [clip.id, clip]));
    next.transitions = timeline.transitions.flatMap((transition) => {
      const from = byId.get(transition.from_clip);
      const to = byId.get(transition.to_clip);
      if (!from || !to || !touch(from, to)) return [];
      const limit = roundMs(Math.min(from.duration, to.duration));
      const duration = Math.min(transition.duration, limit);
      const { position } = to;
      if (duration === transition.duration && position === transition.position) return [transition];
      return [{ ...transition, duration, position }];
    });
  }
  next.duration = durationOf(next);
  return next;
}

/** Rows for things that overlap: index of the row for each, in the given order. */
export function lanes(items) {
  const ends = [];
  const rows = new Map();
  for (const item of [...items].sort((a, b) => a.start_time - b.start_time)) {
    let row = ends.findIndex((end) => end <= item.start_time);
    if (row < 0) row = ends.length;
    ends[row] = item.end_time;
    rows.set(item.id, row);
  }
  return { rows, count: ends.length };
}
