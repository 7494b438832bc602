/** The families of text boxes: the very files that the export embeds. */

const families = new Map();
let measuring = null;

/**
 * Makes the families known to the page; a file is fetched when a text needs it.
 * @param {string} base address of the folder with fonts.json
 */
export async function loadFonts(base) {
  const response = await fetch(`${base}fonts.json`);
  if (!response.ok) return;
  for (const { family, files } of await response.json()) {
    families.set(family, files);
    for (const { file, weight, style } of files) {
      const source = `url("${new URL(base + file, location.href).href}")`;
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

/** The CSS `font` of a text annotation at a size. */
export function cssFont({ font_family: family, font_weight: weight, font_style: style }, size) {
  return `${style ?? "normal"} ${weight === "bold" ? 700 : 400} ${size}px "${family}", "Noto Sans", sans-serif`;
}

/** Waits for the face that an annotation is set in. */
export const fontReady = (annotation) =>
  document.fonts.load(cssFont(annotation, 16), annotation.content || "a").catch(() => []);

const MEASURED_AT = 100;

/** @returns {(text: string) => number} width in points */
export function measurer(annotation) {
  measuring ??= document.createElement("canvas").getContext("2d");
  const font = cssFont(annotation, MEASURED_AT);
  const factor = annotation.font_size / MEASURED_AT;
  return (text) => {
    if (measuring.font !== font) measuring.font = font;
    return measuring.measureText(text).width * factor;
  };
}
