/** Pictures, effects and transitions of clips. Pure. */
import { roundMs } from "../../shared/time.js";
import {
  clamp, clipEnd, findClip, layerClips, replacePart, settled, touch,
} from "./parts.js";
import { newId } from "../../shared/ids.js";

export const NO_CROP = Object.freeze({ left: 0, top: 0, right: 0, bottom: 0 });
export const PLAIN = Object.freeze({
  x: 0.5,
  y: 0.5,
  scale: 1,
  rotation: 0,
  crop: NO_CROP,
  opacity: 1,
});

export const TRANSITION_S = 1;
export const DIRECTIONS = ["left", "right", "up", "down"];

/** A clip's transform with everything that it does not say. */
export function transformOf(clip) {
  const transform = { ...PLAIN, ...clip.transform };
  transform.crop = { ...NO_CROP, ...clip.transform?.crop };
  return transform;
}

const LIMITS = {
  x: [-2, 3],
  y: [-2, 3],
  scale: [0.01, 10],
  opacity: [0, 1],
};

/** A crop of which at least a twentieth is left. */
function limitedCrop(crop) {
  const side = (value) => clamp(value, 0, 0.95);
  const left = side(crop.left);
  const top = side(crop.top);
  return {
    left,
    top,
    right: Math.min(side(crop.right), Math.max(0, 0.95 - left)),
    bottom: Math.min(side(crop.bottom), Math.max(0, 0.95 - top)),
  };
}

/** @param {object} changes fields of the transform; `crop` may be a part of it */
export function setTransform(timeline, id, changes) {
  const clip = findClip(timeline, id);
  const before = transformOf(clip);
  const next = { ...before, ...changes, crop: limitedCrop({ ...before.crop, ...changes.crop }) };
  for (const [name, [low, high]] of Object.entries(LIMITS)) next[name] = clamp(next[name], low, high);
  next.rotation = Math.round((((next.rotation % 360) + 540) % 360 - 180) * 100) / 100;
  return replacePart(timeline, "clip", { ...clip, transform: next });
}

export function resetTransform(timeline, id) {
  const { transform: _gone, ...clip } = findClip(timeline, id);
  return replacePart(timeline, "clip", { ...clip, transform: { ...PLAIN, crop: { ...NO_CROP } } });
}

const withEffects = (timeline, clip, effects) =>
  replacePart(timeline, "clip", { ...clip, effects });

export function addEffect(timeline, clipId, { type, parameters, id = newId() }) {
  const clip = findClip(timeline, clipId);
  const effect = { id, type, parameters: { ...parameters } };
  return withEffects(timeline, clip, [...(clip.effects ?? []), effect]);
}

/** @param {object} changes `parameters` are merged */
export function changeEffect(timeline, clipId, effectId, changes) {
  const clip = findClip(timeline, clipId);
  const effects = (clip.effects ?? []).map((effect) => {
    if (effect.id !== effectId) return effect;
    const parameters = { ...effect.parameters, ...changes.parameters };
    return { ...effect, ...changes, parameters };
  });
  return withEffects(timeline, clip, effects);
}

/** Limits an effect to a stretch of its clip; nulls for the whole. */
export function timeEffect(timeline, clipId, effectId, { start, end }) {
  const { duration } = findClip(timeline, clipId);
  if (start === null && end === null) {
    return changeEffect(timeline, clipId, effectId, { start_time: null, end_time: null });
  }
  const from = roundMs(clamp(start, 0, Math.max(0, duration - 0.05)));
  const to = roundMs(clamp(end, from + 0.05, duration));
  return changeEffect(timeline, clipId, effectId, { start_time: from, end_time: to });
}

export function removeEffect(timeline, clipId, effectId) {
  const clip = findClip(timeline, clipId);
  return withEffects(timeline, clip, (clip.effects ?? []).filter(({ id }) => id !== effectId));
}

/** Moves an effect up or down in the order in which they are done. */
export function orderEffect(timeline, clipId, effectId, by) {
  const clip = findClip(timeline, clipId);
  const effects = [...(clip.effects ?? [])];
  const from = effects.findIndex(({ id }) => id === effectId);
  const to = clamp(from + by, 0, effects.length - 1);
  if (from < 0 || from === to) return timeline;
  effects.splice(to, 0, ...effects.splice(from, 1));
  return withEffects(timeline, clip, effects);
}

/** Whether an effect is at work at a time of its clip. */
export function effectIsOn(effect, at) {
  return at >= (effect.start_time ?? 0) && at < (effect.end_time ?? Infinity);
}

/** The neighbours of a clip that it touches. */
export function neighbours(timeline, id) {
  const clip = findClip(timeline, id);
  if (!clip) return { before: null, after: null };
  const layer = layerClips(timeline, clip.layer);
  const index = layer.indexOf(clip);
  const before = layer[index - 1];
  const after = layer[index + 1];
  return {
    before: before && touch(before, clip) ? before : null,
    after: after && touch(clip, after) ? after : null,
  };
}

/** The cut of two neighbours nearest to a time, on any layer. */
export function nearestCut(timeline, time, reach = Infinity) {
  let best = null;
  let distance = reach;
  const rows = new Map();
  for (const clip of timeline.clips) {
    if (!rows.has(clip.layer)) rows.set(clip.layer, []);
    rows.get(clip.layer).push(clip);
  }
  for (const row of rows.values()) {
    row.sort((a, b) => a.position - b.position);
    for (let index = 1; index < row.length; index += 1) {
      const [from, to] = [row[index - 1], row[index]];
      const gap = Math.abs(to.position - time);
      if (gap < distance && touch(from, to)) {
        distance = gap;
        best = { from, to };
      }
    }
  }
  return best;
}

/** Sets the transition of a cut; there is one at most. */
export function setTransition(timeline, { from, to, type, direction, duration = TRANSITION_S, id }) {
  const others = (timeline.transitions ?? []).filter((each) => each.from_clip !== from);
  const before = (timeline.transitions ?? []).find((each) => each.from_clip === from);
  const transition = {
    id: before?.id ?? id ?? newId(),
    type,
    duration: roundMs(Math.max(0.1, duration)),
    from_clip: from,
    to_clip: to,
  };
  if (type === "wipe" || type === "slide") transition.direction = direction ?? "left";
  return settled({ ...timeline, transitions: [...others, transition] });
}

export function changeTransition(timeline, id, changes) {
  const transition = (timeline.transitions ?? []).find((each) => each.id === id);
  const next = { ...transition, ...changes };
  return setTransition(timeline, {
    from: next.from_clip,
    to: next.to_clip,
    type: next.type,
    direction: next.direction,
    duration: next.duration,
  });
}

/** A transition is centred on its cut. */
export function transitionSpan(timeline, transition) {
  const to = findClip(timeline, transition.to_clip);
  const cut = to?.position ?? transition.position ?? 0;
  const half = transition.duration / 2;
  return { cut, start: cut - half, end: cut + half };
}

/** A fade of the clip's sound, never longer than the clip. */
export function setFade(timeline, kind, part, { edge, length }) {
  const name = edge === "start" ? "fade_in" : "fade_out";
  const other = edge === "start" ? (part.fade_out ?? 0) : (part.fade_in ?? 0);
  const limit = Math.max(0, clipEnd(part) - part.position - other);
  return replacePart(timeline, kind, { ...part, [name]: roundMs(clamp(length, 0, limit)) });
}
