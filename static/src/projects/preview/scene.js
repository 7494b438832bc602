/**
 * What is seen at a time of the timeline, from the bottom up. Pure; the same rules
 * as the renderer's.
 */
import { effectIsOn, transformOf } from "../model/looks.js";
import { clamp, clipEnd, clipsAt, findClip, isAt } from "../model/parts.js";

/** @typedef {{clip: object, at: number, opacity: number, dim: number,
 *   inset: {top: number, right: number, bottom: number, left: number} | null,
 *   shift: {x: number, y: number}}} Plane
 *   `at`: seconds from the clip's beginning; `dim` 0 is black; `inset` and `shift`
 *   are shares of the frame */

const whole = (clip, time) => ({
  clip,
  at: time - clip.position,
  opacity: 1,
  dim: 1,
  inset: null,
  shift: { x: 0, y: 0 },
});

/** The transition that is going on in each layer. */
export function crossingsAt(timeline, time) {
  const found = new Map();
  for (const transition of timeline.transitions ?? []) {
    if (transition.type === "none") continue;
    const half = transition.duration / 2;
    const to = findClip(timeline, transition.to_clip);
    if (!to || time < to.position - half || time >= to.position + half) continue;
    const from = findClip(timeline, transition.from_clip);
    if (!from) continue;
    const share = clamp((time - to.position + half) / transition.duration, 0, 1);
    found.set(to.layer, { transition, from, to, share });
  }
  return found;
}

/** Where the new picture comes from, for a movement in a direction. */
const AWAY = {
  left: { x: -1, y: 0, edge: "left" },
  right: { x: 1, y: 0, edge: "right" },
  up: { x: 0, y: -1, edge: "top" },
  down: { x: 0, y: 1, edge: "bottom" },
};

function crossed({ transition, from, to, share }, time) {
  const before = whole(from, time);
  const after = whole(to, time);
  const away = AWAY[transition.direction] ?? AWAY.left;
  if (transition.type === "fade") {
    if (share < 0.5) return [{ ...before, dim: 1 - 2 * share }];
    return [{ ...after, dim: 2 * share - 1 }];
  }
  if (transition.type === "slide") {
    const shifted = (plane, by) => ({ ...plane, shift: { x: away.x * by, y: away.y * by } });
    return [shifted(before, share), shifted(after, share - 1)];
  }
  if (transition.type === "wipe") {
    const inset = { top: 0, right: 0, bottom: 0, left: 0, [away.edge]: 1 - share };
    return [before, { ...after, inset }];
  }
  return [before, { ...after, opacity: share }];
}

/** @returns {Plane[]} */
export function planesAt(timeline, time) {
  const crossings = crossingsAt(timeline, time);
  const layers = new Map();
  for (const clip of clipsAt(timeline, time)) layers.set(clip.layer, [whole(clip, time)]);
  for (const [layer, crossing] of crossings) layers.set(layer, crossed(crossing, time));
  return [...layers].sort(([a], [b]) => a - b).flatMap(([, planes]) => planes);
}

/** Where a plane is in its source, held at the first or the last frame there. */
export function sourceAt({ clip, at }, { duration = Infinity, frame = 0.04 } = {}) {
  const speed = clip.speed ?? 1;
  return clamp(clip.start_time + at * speed, 0, Math.max(0, duration - frame));
}

/** The effects that are at work in a plane. */
export const effectsOf = ({ clip, at }) =>
  (clip.effects ?? []).filter((effect) => effectIsOn(effect, at));

/**
 * Where a picture lies in the frame.
 * @param {{width: number, height: number}} picture in pixels
 * @param {{width: number, height: number}} frame
 */
export function boxOf(clip, picture, frame) {
  const transform = transformOf(clip);
  const fit = Math.min(frame.width / picture.width, frame.height / picture.height);
  return {
    width: picture.width * fit,
    height: picture.height * fit,
    x: transform.x * frame.width,
    y: transform.y * frame.height,
    scale: transform.scale,
    rotation: transform.rotation,
    crop: transform.crop,
    opacity: transform.opacity,
  };
}

/** How loud a part is at a time: volume, mute and fades. */
export function loudnessAt(part, time) {
  if (part.muted || !isAt(part, time)) return 0;
  const since = time - part.position;
  const left = clipEnd(part) - time;
  const rise = part.fade_in > 0 ? Math.min(1, since / part.fade_in) : 1;
  const fall = part.fade_out > 0 ? Math.min(1, left / part.fade_out) : 1;
  return part.volume * Math.max(0, Math.min(rise, fall));
}

/** How much a ducked sound gives way to speech. */
const DUCKED = 0.3;

/** @returns {{kind: "clip" | "audio", part: object, gain: number}[]} all that is heard */
export function soundsAt(timeline, time) {
  const clips = clipsAt(timeline, time).map((part) => ({
    kind: "clip",
    part,
    gain: loudnessAt(part, time),
  }));
  const spoken = clips.some(({ gain }) => gain > 0);
  const lanes = (timeline.audio_tracks ?? [])
    .filter((part) => isAt(part, time))
    .map((part) => ({
      kind: "audio",
      part,
      gain: loudnessAt(part, time) * (part.duck && spoken ? DUCKED : 1),
    }));
  return [...clips, ...lanes];
}
