/** The buffered parts of a film as a picture for the bar. Pure. */

/**
 * @param {TimeRanges} buffered seconds
 * @param {number} duration seconds
 * @returns {[from: number, to: number][]} shares of the length, 0-1
 */
export function sharesOf(buffered, duration) {
  if (!Number.isFinite(duration) || duration <= 0) return [];
  const share = (seconds) => Math.max(0, Math.min(1, seconds / duration));
  return Array.from({ length: buffered.length }, (_, index) => [
    share(buffered.start(index)),
    share(buffered.end(index)),
  ]);
}

const percent = (share) => `${Math.round(share * 10_000) / 100}%`;

/** @param {[number, number][]} shares @returns {string} a CSS image */
export function paintShares(shares) {
  const stops = shares.flatMap(([from, to]) => [
    `transparent ${percent(from)}`,
    `var(--loaded) ${percent(from)} ${percent(to)}`,
    `transparent ${percent(to)}`,
  ]);
  return stops.length > 0 ? `linear-gradient(to right, ${stops.join(", ")})` : "none";
}
