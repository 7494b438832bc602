/** From the rectangles of selected text to quads, one for each line. Pure. */
import { apply, boundsOfPoints, invert, round2, viewMatrix } from "./geometry.js";

const MIN_SIDE_PX = 1;

/** The part of two spans of lines that they share, of the smaller one. */
function overlap(a, b) {
  const shared = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return shared / Math.min(a.bottom - a.top, b.bottom - b.top);
}

/**
 * Joins the rectangles of one line; a gap wider than two line heights is the gap
 * between columns, and stays one.
 *
 * @param {{left: number, top: number, right: number, bottom: number}[]} rects
 *   in one coordinate system, lines running along x
 */
export function mergeLines(rects) {
  const usable = rects.filter(
    ({ left, right, top, bottom }) => right - left >= MIN_SIDE_PX && bottom - top >= MIN_SIDE_PX,
  );
  const sorted = [...usable].sort((a, b) => a.top - b.top || a.left - b.left);
  const lines = [];
  for (const rect of sorted) {
    const height = rect.bottom - rect.top;
    const line = lines.find(
      (candidate) =>
        overlap(candidate, rect) > 0.5 &&
        rect.left - candidate.right < 2 * height &&
        candidate.left - rect.right < 2 * height,
    );
    if (line) {
      line.left = Math.min(line.left, rect.left);
      line.right = Math.max(line.right, rect.right);
      line.top = Math.min(line.top, rect.top);
      line.bottom = Math.max(line.bottom, rect.bottom);
    } else {
      lines.push({ left: rect.left, top: rect.top, right: rect.right, bottom: rect.bottom });
    }
  }
  return lines;
}

/**
 * @param {{left: number, top: number, right: number, bottom: number}[]} rects CSS
 *   pixels from the top left of the shown page
 * @param {import("./geometry.js").PageShape} page
 * @param {number} scale
 * @returns {number[][]} quads in page space: TL, TR, BL, BR as the reader sees them
 */
export function quadsOf(rects, page, scale) {
  const inverse = invert(viewMatrix(page, scale));
  // Text of a page shown sideways runs down the screen: merge along its own lines.
  const reader = uprightIsVertical(rects) ? flip : same;
  return mergeLines(rects.map(reader)).map((line) => {
    const { left, top, right, bottom } = reader(line);
    const corners = [
      { x: left, y: top },
      { x: right, y: top },
      { x: left, y: bottom },
      { x: right, y: bottom },
    ];
    return corners.flatMap((corner) => {
      const { x, y } = apply(inverse, corner);
      return [round2(x), round2(y)];
    });
  });
}

const same = (rect) => rect;
const flip = ({ left, top, right, bottom }) => ({ left: top, top: left, right: bottom, bottom: right });

/** Most rectangles much higher than wide: the text runs vertically on screen. */
function uprightIsVertical(rects) {
  const tall = rects.filter(
    ({ left, top, right, bottom }) => bottom - top > 2.5 * (right - left) && right - left >= MIN_SIDE_PX,
  );
  return tall.length * 2 > rects.length;
}

/** @param {number[]} quad @returns {{x: number, y: number}[]} TL, TR, BL, BR */
export function quadPoints(quad) {
  return [0, 2, 4, 6].map((at) => ({ x: quad[at], y: quad[at + 1] }));
}

/** The box of a highlight. */
export function quadBounds(quads) {
  const { x, y, width, height } = boundsOfPoints(quads.flatMap(quadPoints));
  return { x: round2(x), y: round2(y), width: round2(width), height: round2(height) };
}

/** Quads are moved as they are. */
export const moveQuads = (quads, dx, dy) =>
  quads.map((quad) => quad.map((value, i) => round2(value + (i % 2 === 0 ? dx : dy))));
