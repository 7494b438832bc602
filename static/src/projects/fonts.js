/** The title fonts: the very files that the renderer uses. */

const families = new Map();

/**
 * Makes the families known to the page; a file is fetched when a text needs it.
 * @param {{family: string, files: {file: string, weight: number, style: string,
 *   units_per_em?: number, win_ascent?: number, win_descent?: number}[]}[]} fonts
 * @param {string} base address of the folder
 */
export function registerFonts(fonts, base) {
  for (const { family, files } of fonts) {
    families.set(family, files);
    for (const { file, weight, style } of files) {
      const source = `url("${new URL(file, new URL(base, location.href)).href}")`;
      document.fonts.add(new FontFace(family, source, { weight: String(weight), style }));
    }
  }
}

export const familyNames = () => [...families.keys()];

/** @returns {{bold: boolean, italic: boolean}} the faces that really exist */
export function facesOf(family) {
  const files = families.get(family) ?? [];
  return {
    bold: files.some(({ weight }) => weight >= 600),
    italic: files.some(({ style }) => style === "italic"),
  };
}

/** Line height in em as the renderer's text engine sees it (OS/2 win metrics). */
export function lineHeightOf(family) {
  const face = families.get(family)?.[0];
  if (!face?.units_per_em) return 1.2;
  return (face.win_ascent + face.win_descent) / face.units_per_em;
}
