/** Text boxes are as high as their lines; their top left corner stays put. */
import { measurer } from "./fonts.js";
import { resizeFromTopLeft, round2 } from "./geometry.js";
import { textHeight, wrap } from "./text_layout.js";

/** @returns {object} the annotation with the height of its text */
export function fitText(annotation) {
  const lines = wrap(annotation.content ?? "", annotation.width, measurer(annotation));
  const height = textHeight(lines, annotation.font_size);
  if (Math.abs(height - annotation.height) < 0.01) return annotation;
  const box = resizeFromTopLeft(annotation, annotation.width, height);
  return {
    ...annotation,
    x: round2(box.x),
    y: round2(box.y),
    width: round2(box.width),
    height: round2(height),
  };
}
