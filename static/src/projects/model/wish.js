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

const SHORT_SIDES = { "1080p": 1080, "720p": 720 };
const MOST_PIXELS = 3840;
const VERTICAL = { width: 1080, height: 1920 };
const GIF = { width: 480, rate: 12 };

const even = (pixels) => Math.max(16, 2 * Math.floor(pixels / 2 + 0.5));
const scaled = ({ width, height }, scale) => ({ width: even(width * scale), height: even(height * scale) });

/**
 * The frame that a preset renders to, as the server counts it.
 * @param {{resolution: {width: number, height: number}, frame_rate: number}} settings
 * @returns {{width: number, height: number, rate: number} | null} null where there is
 *   none, or where it is the source's
 */
export function exportedFrame(preset, { resolution, frame_rate: rate }) {
  if (preset === "audio" || preset === "match_source") return null;
  if (preset === "vertical") return { ...VERTICAL, rate };
  const { width, height } = resolution;
  if (preset === "gif") return { ...scaled(resolution, Math.min(1, GIF.width / width)), rate: GIF.rate };
  const short = SHORT_SIDES[preset];
  if (!short) return { width, height, rate };
  const scale = Math.min(short / Math.min(width, height), MOST_PIXELS / Math.max(width, height));
  return { ...scaled(resolution, scale), rate };
}
