/** Texts, captions and markers. Pure. */
import { roundMs } from "../../shared/time.js";
import { clamp, findPart, partsOf, replacePart, withParts } from "./parts.js";
import { newId } from "../../shared/ids.js";

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

/** What a caption looks like, and where it is, unless the project says otherwise. */
export const CAPTION_STYLE = Object.freeze({
  font_family: "Inter",
  font_size: 40,
  color: "#ffffff",
  background_color: "#000000",
  opacity: 1,
});
export const CAPTION_POSITION = Object.freeze({ x: 0.5, y: 0.88 });

const CAPTION_S = 2.5;
/** An outline that was only given a colour, as a share of the line's height. */
const OUTLINE = 0.04;

/** Adds a text at a time, shifted inside when there is too little room. */
export function addText(timeline, { text, at, length = 4, position, style, animation = null, id = newId() }) {
  const room = timeline.duration;
  const start = room > 0 ? clamp(at, 0, Math.max(0, room - Math.min(length, room))) : at;
  const overlay = {
    id,
    text,
    start_time: roundMs(start),
    end_time: roundMs(room > 0 ? Math.min(start + length, room) : start + length),
    position: position ?? { x: 0.5, y: 0.5 },
    style: { ...TEXT_STYLE, ...style },
    animation,
  };
  return withParts(timeline, "text", [...timeline.text_overlays, overlay]);
}

/** @param {object} changes whole fields; style, position, animation are merged */
export function changeText(timeline, id, changes) {
  const text = findPart(timeline, { kind: "text", id });
  const next = { ...text, ...changes };
  for (const part of ["style", "position"]) {
    if (changes[part]) next[part] = { ...text[part], ...changes[part] };
  }
  return replacePart(timeline, "text", next);
}

/**
 * The outline after a change of its colour or its width: one never goes without
 * the other. @returns {{outline_color: string | null, outline_width: number}}
 */
export function outlined(style, changes) {
  const { outline_color: color, outline_width: width = 0 } = { ...style, ...changes };
  if (!color || changes.outline_width === 0) return { outline_color: null, outline_width: 0 };
  const fallback = Math.max(1, Math.round(style.font_size * OUTLINE));
  return { outline_color: color, outline_width: width || fallback };
}

/** @returns {{style: object, position: {x: number, y: number}}} with nothing left open */
export const captionLook = ({ captions }) => ({
  style: { ...CAPTION_STYLE, ...captions?.style },
  position: { ...CAPTION_POSITION, ...captions?.position },
});

export const captionsOf = (timeline) => ({
  burn_in: false,
  language: "en",
  ...timeline.captions,
  cues: timeline.captions?.cues ?? [],
});

const withCues = (timeline, cues) => ({
  ...timeline,
  captions: { ...captionsOf(timeline), cues: [...cues].sort((a, b) => a.start_time - b.start_time) },
});

/** Adds a caption where none is; it ends where the next one begins. */
export function addCue(timeline, { at, text, length = CAPTION_S, id = newId() }) {
  const { cues } = captionsOf(timeline);
  const inside = cues.find((cue) => cue.start_time <= at && cue.end_time > at);
  const start = inside ? inside.end_time : at;
  const next = cues.find((cue) => cue.start_time >= start);
  const end = Math.min(start + length, next && next.start_time > start ? next.start_time : Infinity);
  const cue = { id, start_time: roundMs(start), end_time: roundMs(Math.max(end, start + 0.1)), text };
  return withCues(timeline, [...cues, cue]);
}

export function changeCue(timeline, id, changes) {
  const { cues } = captionsOf(timeline);
  return withCues(
    timeline,
    cues.map((cue) => {
      if (cue.id !== id) return cue;
      const next = { ...cue, ...changes };
      next.end_time = Math.max(next.end_time, roundMs(next.start_time + 0.1));
      return next;
    }),
  );
}

export const removeCue = (timeline, id) =>
  withCues(timeline, captionsOf(timeline).cues.filter((cue) => cue.id !== id));

/** @param {{start_time: number, end_time: number, text: string}[]} cues as imported */
export function replaceCues(timeline, cues) {
  return withCues(timeline, cues.map((cue) => ({ id: newId(), ...cue })));
}

export function changeCaptions(timeline, changes) {
  const before = captionsOf(timeline);
  const next = { ...before, ...changes };
  for (const part of ["style", "position"]) {
    if (changes[part]) next[part] = { ...before[part], ...changes[part] };
  }
  return { ...timeline, captions: next };
}

const MARKER_COLORS = ["#ff6a2c", "#2f9e6e", "#1c62b8", "#b3369a", "#c79a12"];

/** Sets a marker, or takes away the one that is there. */
export function toggleMarker(timeline, { at, frame, id = newId() }) {
  const markers = partsOf(timeline, "marker");
  const there = markers.find((marker) => Math.abs(marker.time - at) < frame / 2);
  if (there) return withParts(timeline, "marker", markers.filter((each) => each !== there));
  const color = MARKER_COLORS[markers.length % MARKER_COLORS.length];
  const marker = { id, time: roundMs(at), label: "", color };
  return withParts(timeline, "marker", [...markers, marker].sort((a, b) => a.time - b.time));
}

/** Another frame size; texts keep their share of its height. */
export function resizeFrame(project, resolution) {
  const scale = resolution.height / project.settings.resolution.height;
  const sized = (style) => ({
    ...style,
    font_size: clamp(Math.round(style.font_size * scale), 4, 1000),
  });
  const timeline = {
    ...project.timeline,
    text_overlays: project.timeline.text_overlays.map((text) => ({
      ...text,
      style: sized(text.style),
    })),
  };
  if (timeline.captions?.style) {
    timeline.captions = { ...timeline.captions, style: sized(timeline.captions.style) };
  }
  return { ...project, settings: { ...project.settings, resolution }, timeline };
}

/** How long a fade leaves a text, 0 to 1; fades that do not fit are shortened. */
export function visibility({ start_time: start, end_time: end, animation }, time) {
  if (time < start || time >= end) return 0;
  const { fade_in: fadeIn = 0, fade_out: fadeOut = 0 } = animation ?? {};
  const fit = Math.min(1, (end - start) / (fadeIn + fadeOut || 1));
  const rise = fadeIn > 0 ? (time - start) / (fadeIn * fit) : 1;
  const fall = fadeOut > 0 ? (end - time) / (fadeOut * fit) : 1;
  return clamp(Math.min(rise, fall), 0, 1);
}
