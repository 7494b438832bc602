/**
 * How visible a text is at a time, 0 to 1. Fades that do not fit are shortened in
 * proportion, as the renderer does.
 *
 * @param {{start_time: number, end_time: number,
 *   animation: {fade_in?: number, fade_out?: number} | null}} text
 * @param {number} time seconds of the timeline
 */
export function visibility({ start_time: start, end_time: end, animation }, time) {
  if (time < start || time >= end) return 0;
  const { fade_in: fadeIn = 0, fade_out: fadeOut = 0 } = animation ?? {};
  const fit = Math.min(1, (end - start) / (fadeIn + fadeOut || 1));
  const rise = fadeIn > 0 ? (time - start) / (fadeIn * fit) : 1;
  const fall = fadeOut > 0 ? (end - time) / (fadeOut * fit) : 1;
  return Math.max(0, Math.min(1, rise, fall));
}
