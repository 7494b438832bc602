/** Page numbers as people write them: "1-3, 7". Pure. */

/**
 * @param {string} text empty means all
 * @param {number} count how many pages there are
 * @returns {number[] | null} numbers from 1, each once, in the order written;
 *   null when it is no such list
 */
export function parseRanges(text, count) {
  const trimmed = text.trim();
  if (trimmed === "") return Array.from({ length: count }, (_, i) => i + 1);
  const numbers = new Set();
  for (const part of trimmed.split(/[,;\s]+/).filter(Boolean)) {
    const match = /^(\d{1,5})?(?:([-–])(\d{1,5})?)?$/.exec(part);
    if (!match || part === "-" || part === "–") return null;
    const [, first, dash, last] = match;
    const from = Number(first ?? 1);
    const to = dash ? Number(last ?? count) : from;
    if (from < 1 || from > to || to > count) return null;
    for (let number = from; number <= to; number += 1) numbers.add(number);
  }
  return [...numbers];
}
