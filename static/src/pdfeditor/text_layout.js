/**
 * Breaks the words of a text box into lines, as the renderer of the export does:
 * greedy, at spaces; a word wider than the box breaks where it must.
 */

export const LINE_HEIGHT = 1.2;
/** The first baseline below the top of a line, in em. */
export const BASELINE = 0.95;

/**
 * @param {string} content
 * @param {number} width in points
 * @param {(text: string) => number} measure width in points
 * @returns {string[]}
 */
export function wrap(content, width, measure) {
  return content.split("\n").flatMap((paragraph) => wrapParagraph(paragraph, width, measure));
}

function wrapParagraph(paragraph, width, measure) {
  const lines = [];
  let line = "";
  for (const word of paragraph.split(/(?<=\s)/)) {
    if (measure((line + word).trimEnd()) <= width || (line === "" && measure(word.trimEnd()) <= width)) {
      line += word;
      continue;
    }
    if (line !== "") lines.push(line.trimEnd());
    line = word;
    while (measure(line.trimEnd()) > width && [...line.trimEnd()].length > 1) {
      const fits = longestFit(line, width, measure);
      lines.push(line.slice(0, fits));
      line = line.slice(fits);
    }
  }
  lines.push(line.trimEnd());
  return lines;
}

/** How many code units of a word fit; at least one character. */
function longestFit(word, width, measure) {
  let end = 0;
  for (const character of word) {
    if (end > 0 && measure(word.slice(0, end + character.length)) > width) break;
    end += character.length;
  }
  return end;
}

/** Height of a text box that holds these lines. */
export const textHeight = (lines, fontSize) => Math.max(1, lines.length) * fontSize * LINE_HEIGHT;
