/** Finds words in the pieces of text of a page; case and accents do not matter. Pure. */

const AROUND = 28;

/** One character for one, so that places stay what they are. */
function fold(text) {
  let folded = "";
  for (const character of text) {
    const plain = character.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
    folded += plain.length === character.length ? plain : character.toLowerCase().slice(0, character.length).padEnd(character.length);
  }
  return folded;
}

/**
 * @param {string[]} strings the pieces of a page, in reading order
 * @param {string} query words; any run of spaces matches any other
 * @returns {{start: {item: number, at: number}, end: {item: number, at: number},
 *   before: string, words: string, after: string}[]}
 */
export function findIn(strings, query) {
  const wanted = fold(query).split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [];
  let text = "";
  const places = [];
  strings.forEach((piece, item) => {
    for (let at = 0; at < piece.length; at += 1) places.push({ item, at });
    text += piece;
    // A piece ends where the eye sees a gap or a new line, or nowhere at all.
    if (!/\s$/.test(piece)) {
      places.push(null);
      text += "\u0001";
    }
  });
  const gap = "\\u0001?";
  const letters = (word) => [...word].map((letter) => letter.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join(gap);
  const pattern = new RegExp(wanted.map(letters).join("[\\s\\u0001]+"), "g");
  const folded = fold(text);
  const clean = (part) => part.replaceAll("\u0001", " ").replaceAll(/\s+/g, " ");
  return [...folded.matchAll(pattern)].map(({ 0: found, index }) => {
    const from = index;
    const to = index + found.length;
    const last = places[to - 1];
    return {
      start: places[from],
      end: { item: last.item, at: last.at + 1 },
      before: clean(text.slice(Math.max(0, from - AROUND), from)),
      words: clean(text.slice(from, to)),
      after: clean(text.slice(to, to + AROUND)),
    };
  });
}
