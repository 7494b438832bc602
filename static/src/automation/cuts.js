/**
 * Where parts begin and end, as a person moves it. Pure functions over
 * `{sample, confidence}[]` in order; positions are whole samples at 48 kHz.
 */
export const SAMPLE_RATE = 48_000;
/** No part may be shorter than a second. */
export const MIN_PART = SAMPLE_RATE;
/** Nor longer than seven and a half minutes: a part is dubbed in one go. */
export const MAX_PART = 450 * SAMPLE_RATE;

export const samplesOf = (ms) => Math.round((ms * SAMPLE_RATE) / 1000);
export const msOf = (samples) => (samples * 1000) / SAMPLE_RATE;

const moved = (sample) => ({ sample, confidence: "moved" });

/** The room between a cut's neighbours. @returns {[number, number]} */
export function roomOf(cuts, index, total) {
  const before = index > 0 ? cuts[index - 1].sample : 0;
  const after = index < cuts.length - 1 ? cuts[index + 1].sample : total;
  return [
    Math.max(before + MIN_PART, after - MAX_PART),
    Math.min(after - MIN_PART, before + MAX_PART),
  ];
}

/** Moves one cut as far as its neighbours let it. */
export function moveCut(cuts, index, sample, total) {
  const [least, most] = roomOf(cuts, index, total);
  const to = Math.max(least, Math.min(most, Math.round(sample)));
  if (least > most || to === cuts[index].sample) return cuts;
  return cuts.map((cut, at) => (at === index ? moved(to) : cut));
}

/** @returns {object[] | null} null when it would make a part shorter than a second */
export function addCut(cuts, sample, total) {
  const at = Math.round(sample);
  const edges = [0, ...cuts.map((cut) => cut.sample), total];
  if (edges.some((edge) => Math.abs(edge - at) < MIN_PART)) return null;
  return [...cuts, moved(at)].sort((a, b) => a.sample - b.sample);
}

/** @returns {object[] | null} null when the two parts would be too long as one */
export function removeCut(cuts, index, total) {
  const before = cuts[index - 1]?.sample ?? 0;
  const after = cuts[index + 1]?.sample ?? total;
  if (after - before > MAX_PART) return null;
  return cuts.filter((_cut, at) => at !== index);
}

export const isSame = (a, b) =>
  a.length === b.length && a.every((cut, index) => cut.sample === b[index].sample);

/** The part between two cuts that a moment lies in, from 0. */
export const partAt = (cuts, sample) => cuts.filter((cut) => cut.sample <= sample).length;

/** How long the shortest and the longest part are, in milliseconds. */
export function partLengths(cuts, total) {
  const edges = [0, ...cuts.map((cut) => cut.sample), total];
  const lengths = edges.slice(1).map((edge, index) => msOf(edge - edges[index]));
  return { shortest_ms: Math.min(...lengths), longest_ms: Math.max(...lengths) };
}

/**
 * A stretch of time to look at, kept inside the sound.
 * @param {{start: number, end: number}} view in milliseconds
 */
export function zoomed(view, factor, centre, total_ms, least_ms = 2_000) {
  const length = Math.max(Math.min(least_ms, total_ms), Math.min(total_ms, (view.end - view.start) / factor));
  const share = (centre - view.start) / (view.end - view.start || 1);
  return shifted({ start: centre - share * length, end: centre + (1 - share) * length }, 0, total_ms);
}

export function shifted(view, by_ms, total_ms) {
  const length = Math.min(total_ms, view.end - view.start);
  const start = Math.max(0, Math.min(total_ms - length, view.start + by_ms));
  return { start, end: start + length };
}
