/** Seconds to pixels of the timeline and back, and where the ruler has marks. */

export const MIN_ZOOM = 2;
export const MAX_ZOOM = 400;

/** Where time zero lies; the style sheet has the same margin. */
export const ORIGIN_PX = 10;

/** Free room behind the last clip, so that its handle can be caught. */
export const TAIL_PX = 120;

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
const LABEL_PX = 84;

/** Pixels a second that make a duration fill a width. */
export function zoomToFit(duration, width) {
  const room = Math.max(80, width - TAIL_PX);
  return Math.max(MIN_ZOOM, Math.min(MAX_ZOOM, room / Math.max(duration, 1)));
}

/** A slider's 0..1 to a zoom and back; equal steps feel equal. */
export const zoomOf = (share) => MIN_ZOOM * (MAX_ZOOM / MIN_ZOOM) ** share;
export const shareOf = (zoom) => Math.log(zoom / MIN_ZOOM) / Math.log(MAX_ZOOM / MIN_ZOOM);

/** @returns {{major: number, minor: number}} seconds between marks */
export function rulerSteps(zoom) {
  const major = STEPS.find((step) => step * zoom >= LABEL_PX) ?? STEPS.at(-1);
  const minor = major / (major === 0.2 || major === 2 ? 4 : 5);
  return { major, minor };
}

/** A ruler's label: seconds below a minute of marks, else minutes and hours. */
export function rulerLabel(seconds, major) {
  const whole = Math.floor(seconds + 1e-6);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  const base = hours
    ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}`
    : `${minutes}:${rest}`;
  return major < 1 ? `${base}.${Math.round((seconds - whole) * 10)}` : base;
}
