/** What is asked of a render. Pure. */
import { roundMs } from "../../shared/time.js";

/**
 * @param {{preset: string, loudness: string, range: {start: number, end: number} | null,
 *   duration: number}} chosen `loudness` in LUFS, "" for the project's own
 * @returns {{preset?: string, loudness_lufs?: number, start_time?: number, end_time?: number}}
 *   the body of the request; what the project decides is left out
 */
export function renderWish({ preset, loudness, range, duration }) {
  const wish = {};
  if (preset !== "project") wish.preset = preset;
  if (loudness !== "" && preset !== "gif") wish.loudness_lufs = Number(loudness);
  if (range) {
    wish.start_time = roundMs(range.start);
    wish.end_time = roundMs(Math.min(range.end, duration));
  }
  return wish;
}
