/** The piece of a film that becomes a clip: two places in seconds. Pure. */
import { roundMs } from "../shared/time.js";

export const SHORTEST_S = 0.1;

const within = (value, low, high) => roundMs(Math.max(low, Math.min(high, value)));

/** @returns {{start: number, end: number}} the end gives way to the start */
export function withStart(range, start, duration) {
  const from = within(start, 0, Math.max(0, duration - SHORTEST_S));
  const end = range.end > from ? range.end : duration;
  return { start: from, end: within(end, from + SHORTEST_S, duration) };
}

/** @returns {{start: number, end: number}} the start gives way to the end */
export function withEnd(range, end, duration) {
  const to = within(end, Math.min(SHORTEST_S, duration), duration);
  const start = range.start < to ? range.start : 0;
  return { start: within(start, 0, Math.max(0, to - SHORTEST_S)), end: to };
}

/** What POST assets/{id}/clips/ wants. */
export function clipRequest({ start, end }, title) {
  const name = title.trim();
  return {
    start_ms: Math.round(start * 1000),
    end_ms: Math.round(end * 1000),
    ...(name && { title: name }),
  };
}
