/**
 * What is seen at a time of the timeline, from the bottom up. Pure; the same rules
 * as the renderer's.
 */
import { nearestFrame } from "../model/frames.js";
import { effectIsOn, transformOf } from "../model/looks.js";
import { clamp, clipEnd, clipsAt, findClip, isAt } from "../model/parts.js";

/** @typedef {{clip: object, at: number, opacity: number, dim: number,
 *   inset: {top: number, right: number, bottom: number, left: number} | null,
 *   shift: {x: number, y: number}}} Plane
 *   `at`: seconds from the clip's beginning; `dim` 0 is black; `inset` and `shift`
 *   are shares of the frame */

/** A media element shows what began by its time: seeking aims this far before. */
const BEFORE_S = 0.002;

const whole = (clip, time, rate) => ({
  clip,
  at: time - nearestFrame(clip.position, rate) / rate,
  opacity: 1,
  dim: 1,
  inset: null,
  shift: { x: 0, y: 0 },
});

/**
 * The transition that is going on in each layer. Frame k of its N is k/N of the way,
 * and `time` is in the middle of a frame.
 */
export function crossingsAt(timeline, time, rate) {
  const found = new Map();
  const frame = time * rate - 0.5;
  for (const transition of timeline.transitions ?? []) {
    if (transition.type === "none") continue;
    const to = findClip(timeline, transition.to_clip);
    const from = to && findClip(timeline, transition.from_clip);
    if (!from) continue;
    const count = nearestFrame(transition.duration, rate);
    const first = nearestFrame(to.position, rate) - Math.floor(count / 2);
    const share = (frame - first) / count;
    if (count < 2 || share < -0.5 / count || share >= 1 - 0.5 / count) continue;
    found.set(to.layer, { transition, from, to, share: clamp(share, 0, 1) });
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

function crossed({ transition, from, to, share }, time, rate) {
  const before = whole(from, time, rate);
  const after = whole(to, time, rate);
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

/**
 * What is seen at a time, which is best in the middle of a frame.
 * @param {number} rate frames a second, exactly
 * @returns {Plane[]}
 */
export function planesAt(timeline, time, rate) {
  const crossings = crossingsAt(timeline, time, rate);
  const layers = new Map();
  for (const clip of clipsAt(timeline, time)) layers.set(clip.layer, [whole(clip, time, rate)]);
  for (const [layer, crossing] of crossings) layers.set(layer, crossed(crossing, time, rate));
  return [...layers].sort(([a], [b]) => a - b).flatMap(([, planes]) => planes);
}

/** Where a plane is in its source, held at the first or the last frame there. */
export function sourceAt({ clip, at }, { duration = Infinity, frame = 0.04 } = {}) {
  const speed = clip.speed ?? 1;
  return clamp(clip.start_time + at * speed - BEFORE_S, 0, Math.max(0, duration - frame));
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
