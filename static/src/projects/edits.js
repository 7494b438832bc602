/**
 * Changes of a timeline document. Pure: each takes a timeline (shape in the API)
 * and gives a new one. Times are seconds with millisecond precision.
 */
import { roundMs } from "../shared/time.js";

export const MIN_CLIP_S = 0.1;
export const MIN_TEXT_S = 0.1;

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/** A random UUID that also works on plain http, where crypto.randomUUID is away. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20].reduceRight((id, at) => `${id.slice(0, at)}-${id.slice(at)}`, hex);
}

export const clipEnd = (clip) => roundMs(clip.position + clip.duration);

export const findClip = (timeline, id) => timeline.clips.find((clip) => clip.id === id);
export const findText = (timeline, id) => timeline.text_overlays.find((text) => text.id === id);

/** The clip seen at a time: the highest layer wins. */
export function clipAt(timeline, time) {
  let found = null;
  for (const clip of timeline.clips) {
    const inside = time >= clip.position && time < clipEnd(clip);
    if (inside && (!found || clip.layer >= found.layer)) found = clip;
  }
  return found;
}

/** Where in its source a clip is at a time of the timeline. */
export const sourceTime = (clip, time) =>
  roundMs(clip.start_time + (time - clip.position) * clip.speed);

/** Recomputes what follows from the rest: durations, and texts kept inside. */
function settled(timeline) {
  const clips = timeline.clips.map((clip) => {
    const duration = roundMs((clip.end_time - clip.start_time) / clip.speed);
    return duration === clip.duration ? clip : { ...clip, duration };
  });
  const duration = clips.reduce((end, clip) => Math.max(end, clipEnd(clip)), 0);
  const texts = timeline.text_overlays.map((text) => {
    if (duration === 0 || text.end_time <= duration) return text;
    const length = Math.min(text.end_time - text.start_time, duration);
    const start = Math.min(text.start_time, roundMs(Math.max(0, duration - MIN_TEXT_S)));
    return text.start_time < duration - MIN_TEXT_S
      ? { ...text, start_time: start, end_time: duration }
      : { ...text, start_time: roundMs(duration - length), end_time: duration };
  });
  return { ...timeline, clips, text_overlays: texts, duration };
}

/** Moves the clips that begin at or after a time; the layer closes its ranks. */
function shiftAfter(clips, { from, by, layer, except }) {
  return clips.map((clip) => {
    if (clip.id === except || clip.layer !== layer || clip.position < from) return clip;
    return { ...clip, position: roundMs(Math.max(0, clip.position + by)) };
  });
}

function replaceClip(timeline, next) {
  const clips = timeline.clips.map((clip) => (clip.id === next.id ? next : clip));
  return { ...timeline, clips };
}

/**
 * Moves the in point. With `ripple` the clip stays where it begins and what
 * follows moves; without it a shortened clip's end stays put, so that during a
 * drag the edge is where the pointer is.
 */
export function trimStart(timeline, { id, to, ripple = true }) {
  const clip = findClip(timeline, id);
  const start = roundMs(clamp(to, 0, clip.end_time - MIN_CLIP_S * clip.speed));
  const by = roundMs((clip.start_time - start) / clip.speed);
  if (by === 0) return timeline;
  if (!ripple && by < 0) {
    const position = roundMs(clip.position - by);
    return settled(replaceClip(timeline, { ...clip, start_time: start, position }));
  }
  const trimmed = replaceClip(timeline, { ...clip, start_time: start });
  const clips = shiftAfter(trimmed.clips, {
    from: clipEnd(clip),
    by,
    layer: clip.layer,
    except: id,
  });
  return settled({ ...trimmed, clips });
}

/** Moves the out point; what follows moves along. */
export function trimEnd(timeline, { id, to, sourceDuration = Infinity }) {
  const clip = findClip(timeline, id);
  const end = roundMs(clamp(to, clip.start_time + MIN_CLIP_S * clip.speed, sourceDuration));
  const by = roundMs((end - clip.end_time) / clip.speed);
  if (by === 0) return timeline;
  const trimmed = replaceClip(timeline, { ...clip, end_time: end });
  const clips = shiftAfter(trimmed.clips, {
    from: clipEnd(clip),
    by,
    layer: clip.layer,
    except: id,
  });
  return settled({ ...trimmed, clips });
}

/** Puts a whole asset at the end of the first layer. */
export function appendClip(timeline, { asset, duration, id = newId() }) {
  const position = timeline.clips
    .filter((clip) => clip.layer === 0)
    .reduce((end, clip) => Math.max(end, clipEnd(clip)), 0);
  const clip = {
    id,
    asset,
    start_time: 0,
    end_time: roundMs(duration),
    duration: roundMs(duration),
    position,
    layer: 0,
    volume: 1,
    muted: false,
    speed: 1,
  };
  return settled({ ...timeline, clips: [...timeline.clips, clip] });
}

/** Cuts a clip in two at a time of the timeline. Too near an edge: unchanged. */
export function splitClip(timeline, { id, at, newClipId = newId() }) {
  const clip = findClip(timeline, id);
  const cut = sourceTime(clip, at);
  const room = MIN_CLIP_S * clip.speed;
  if (cut - clip.start_time < room || clip.end_time - cut < room) return timeline;
  const left = { ...clip, end_time: cut };
  const right = { ...clip, id: newClipId, start_time: cut, position: roundMs(at) };
  const clips = timeline.clips.flatMap((other) => (other.id === id ? [left, right] : [other]));
  return settled({ ...timeline, clips });
}

/** Takes a clip out; what follows closes the gap. */
export function removeClip(timeline, id) {
  const clip = findClip(timeline, id);
  const rest = timeline.clips.filter((other) => other.id !== id);
  const clips = shiftAfter(rest, {
    from: clipEnd(clip),
    by: -clip.duration,
    layer: clip.layer,
    except: id,
  });
  return settled({ ...timeline, clips });
}

export function changeClip(timeline, id, changes) {
  return settled(replaceClip(timeline, { ...findClip(timeline, id), ...changes }));
}

export const TEXT_STYLE = Object.freeze({
  font_family: "Inter",
  font_size: 48,
  color: "#ffffff",
  background_color: null,
  opacity: 1,
  bold: true,
  italic: false,
  underline: false,
});

/** Adds a text at a time, shifted inside when there is too little room. */
export function addText(timeline, { text, at, length = 4, position, style, id = newId() }) {
  const end = timeline.duration > 0 ? Math.min(at + length, timeline.duration) : at + length;
  const start = Math.max(0, Math.min(at, end - Math.min(length, timeline.duration || length)));
  const overlay = {
    id,
    text,
    start_time: roundMs(start),
    end_time: roundMs(end),
    position: position ?? { x: 0.5, y: 0.5 },
    style: { ...TEXT_STYLE, ...style },
    animation: null,
  };
  return { ...timeline, text_overlays: [...timeline.text_overlays, overlay] };
}

/** @param {object} changes whole fields; style, position, animation are merged */
export function changeText(timeline, id, changes) {
  const texts = timeline.text_overlays.map((text) => {
    if (text.id !== id) return text;
    const next = { ...text, ...changes };
    for (const part of ["style", "position"]) {
      if (changes[part]) next[part] = { ...text[part], ...changes[part] };
    }
    return next;
  });
  return { ...timeline, text_overlays: texts };
}

/** Sets when a text begins or when it ends; the other edge stays. */
export function timeText(timeline, { id, start, end }) {
  const text = findText(timeline, id);
  const limit = timeline.duration || Infinity;
  const to = clamp(end ?? text.end_time, text.start_time + MIN_TEXT_S, limit);
  const from = clamp(start ?? text.start_time, 0, to - MIN_TEXT_S);
  return changeText(timeline, id, { start_time: roundMs(from), end_time: roundMs(to) });
}

/** Moves a text in time, keeping its length. */
export function moveText(timeline, { id, to }) {
  const text = findText(timeline, id);
  const length = text.end_time - text.start_time;
  const limit = timeline.duration > 0 ? Math.max(0, timeline.duration - length) : Infinity;
  const start = roundMs(clamp(to, 0, limit));
  return changeText(timeline, id, { start_time: start, end_time: roundMs(start + length) });
}

export function removeText(timeline, id) {
  const texts = timeline.text_overlays.filter((text) => text.id !== id);
  return { ...timeline, text_overlays: texts };
}

/** Another frame size; texts keep their share of its height. */
export function resizeFrame(project, resolution) {
  const scale = resolution.height / project.settings.resolution.height;
  const texts = project.timeline.text_overlays.map((text) => {
    const size = clamp(Math.round(text.style.font_size * scale), 4, 1000);
    return { ...text, style: { ...text.style, font_size: size } };
  });
  return {
    ...project,
    settings: { ...project.settings, resolution },
    timeline: { ...project.timeline, text_overlays: texts },
  };
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
