/** The title fonts: the very files that the renderer uses. */

const families = new Map();

/**
 * Makes the families known to the page; a file is fetched when a text needs it.
 * @param {{family: string, files: {file: string, url?: string, weight: number, style: string,
 *   units_per_em?: number, win_ascent?: number, win_descent?: number}[]}[]} fonts
 * @param {string} base address of the folder
 */
export function registerFonts(fonts, base) {
  for (const { family, files } of fonts) {
    families.set(family, files);
    for (const { file, url = base + file, weight, style } of files) {
      const source = `url("${new URL(url, location.href).href}")`;
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

/**
 * The size in em of a line of a given height, as the renderer's text engine (libass)
 * reckons it: a line is as high as the face's OS/2 win ascent and descent.
 */
export function emOf({ font_family: family, font_size: lineHeight, bold, italic }) {
  const files = families.get(family) ?? [];
  const face =
    files.find(
      ({ weight, style }) => weight >= 600 === bold && (style === "italic") === italic,
    ) ?? files[0];
  if (!face?.units_per_em) return lineHeight / 1.2;
  return (lineHeight * face.units_per_em) / (face.win_ascent + face.win_descent);
}
