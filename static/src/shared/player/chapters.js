/** The named parts of a film: which one plays, and where they begin. Pure. */
import { t } from "../i18n.js";

/**
 * @param {{start_ms: number, end_ms: number, title: string}[]} chapters by start
 * @param {number} seconds
 * @returns {number} the index of the part at that moment, -1 where there is none
 */
export function chapterAt(chapters, seconds) {
  const at = chapters.findLastIndex(({ start_ms: start }) => start <= seconds * 1000);
  return at >= 0 && seconds * 1000 < chapters[at].end_ms ? at : -1;
}

/** What a part is called, by its number if it has no name of its own. */
export function chapterName(chapters, index) {
  const chapter = chapters[index];
  if (!chapter) return "";
  return chapter.title || t("Chapter {number}", { number: index + 1 });
}

/**
 * Where the previous or next part begins. Going back first returns to the start of
 * the part that plays, once that is a moment ago.
 *
 * @param {number} seconds now
 * @param {1 | -1} step
 * @returns {number | null} seconds
 */
export function chapterBeside(chapters, seconds, step) {
  const starts = chapters.map(({ start_ms: start }) => start / 1000);
  if (step > 0) return starts.find((start) => start > seconds + 0.01) ?? null;
  return starts.findLast((start) => start < seconds - 2) ?? starts[0] ?? null;
}

/** Shares of the whole (0 to 1) at which parts begin, the very start left out. */
export function chapterMarks(chapters, duration) {
  if (!(duration > 0)) return [];
  const shares = chapters.map(({ start_ms: start }) => start / 1000 / duration);
  return shares.filter((share) => share > 0 && share < 1);
}
