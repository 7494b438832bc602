/** Reads the WebVTT that our server writes: times and plain words. Pure. */

const TIMING = /^(\d{2,}):(\d{2}):(\d{2})\.(\d{3}) --> (\d{2,}):(\d{2}):(\d{2})\.(\d{3})/;
const NAMES = { lt: "<", gt: ">", amp: "&" };

const seconds = ([hours, minutes, whole, thousandths]) =>
  Number(hours) * 3600 + Number(minutes) * 60 + Number(whole) + Number(thousandths) / 1000;

/**
 * @param {string} text
 * @returns {{start: number, end: number, text: string}[]} seconds, by start; what
 *   cannot be read is left out
 */
export function parseCues(text) {
  const cues = [];
  for (const block of text.split(/\r?\n(?:\r?\n)+/)) {
    const [timing, ...lines] = block.split(/\r?\n/);
    const match = TIMING.exec(timing);
    if (!match) continue;
    const words = lines.join("\n").trim();
    cues.push({
      start: seconds(match.slice(1, 5)),
      end: seconds(match.slice(5, 9)),
      text: words.replaceAll(/&(lt|gt|amp);/g, (_whole, name) => NAMES[name]),
    });
  }
  return cues.sort((a, b) => a.start - b.start);
}

/** What is said at a moment: the words of all cues then, one below the other. */
export function wordsAt(cues, time) {
  let end = cues.length;
  let low = 0;
  while (low < end) {
    const middle = (low + end) >> 1;
    if (cues[middle].start <= time) low = middle + 1;
    else end = middle;
  }
  // Those that began long ago have ended; a hundred overlaps are more than any file has.
  const near = cues.slice(Math.max(0, low - 100), low);
  return near
    .filter((cue) => time < cue.end)
    .map((cue) => cue.text)
    .join("\n");
}
