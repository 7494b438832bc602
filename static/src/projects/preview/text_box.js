/** Where the box of a text is on screen. Pure. */

/** The plate's edge around the words, as a share of their size; the renderer's. */
const PLATE_PADDING = 0.2;

/**
 * The words begin, end or have their middle at the text's position, with the plate
 * around them, and turn about that position, as the renderer has it.
 * @param {object} text
 * @param {{wide: number, size: {width: number, height: number}, frameHeight: number}} view
 *   `wide`: pixels on screen of the longest line; `frameHeight`: of the project's frame
 * @returns {{x: number, y: number, width: number, height: number, rotation: number}} its
 *   middle, its size, and how far it is turned about its middle
 */
export function textBox({ text, style, position, rotation = 0 }, { wide, size, frameHeight }) {
  const scale = size.height / frameHeight;
  const words = Math.min(size.width, wide);
  const plate = style.background_color ? 2 * PLATE_PADDING * style.font_size * scale : 0;
  const high = text.split("\n").length * style.font_size * scale;
  const along = { left: words / 2, right: -words / 2 }[style.align] ?? 0;
  const angle = (rotation * Math.PI) / 180;
  return {
    width: Math.max(24, words + plate),
    height: Math.max(18, high + plate),
    x: position.x * size.width + along * Math.cos(angle),
    y: position.y * size.height + along * Math.sin(angle),
    rotation,
  };
}
