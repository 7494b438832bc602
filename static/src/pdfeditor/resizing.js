/** What the handles of a selection do: new boxes from a dragged corner. Pure. */
import { centreOf, normalDegrees, turn } from "./geometry.js";

/** Handles by compass: which way each axis grows. */
export const HANDLES = Object.freeze({
  nw: [-1, -1], n: [0, -1], ne: [1, -1], e: [1, 0],
  se: [1, 1], s: [0, 1], sw: [-1, 1], w: [-1, 0],
});

const MIN_SIDE = 4;

/**
 * The box after its handle was dragged; the opposite side stays where it is on
 * the page, also when the box is turned.
 *
 * @param {import("./geometry.js").Box & {rotation?: number}} box
 * @param {keyof typeof HANDLES} handle
 * @param {import("./geometry.js").Point} delta in page space
 * @param {{ratio?: boolean, centred?: boolean}} [options]
 */
export function resizeBox(box, handle, delta, { ratio = false, centred = false } = {}) {
  const [sx, sy] = HANDLES[handle];
  const rotation = box.rotation ?? 0;
  const local = turn(delta, { x: 0, y: 0 }, -rotation);
  const factor = centred ? 2 : 1;
  let width = Math.max(MIN_SIDE, box.width + sx * local.x * factor);
  let height = Math.max(MIN_SIDE, box.height + sy * local.y * factor);
  if (ratio && box.width > 0 && box.height > 0) {
    const byWidth = width / box.width;
    const byHeight = height / box.height;
    let by = Math.abs(byWidth - 1) > Math.abs(byHeight - 1) ? byWidth : byHeight;
    if (sx === 0) by = byHeight;
    if (sy === 0) by = byWidth;
    width = box.width * by;
    height = box.height * by;
  }
  const growth = centred
    ? { x: 0, y: 0 }
    : { x: (sx * (width - box.width)) / 2, y: (sy * (height - box.height)) / 2 };
  const shift = turn(growth, { x: 0, y: 0 }, rotation);
  const centre = centreOf(box);
  return {
    x: centre.x + shift.x - width / 2,
    y: centre.y + shift.y - height / 2,
    width,
    height,
  };
}

/** The angle of a pointer about a centre, clockwise, 0 is up. */
export const angleTo = (centre, point) =>
  normalDegrees((Math.atan2(point.x - centre.x, centre.y - point.y) * 180) / Math.PI);

/** Catches multiples of `step` within `reach` degrees. */
export function snapAngle(degrees, step, reach = step / 2) {
  const near = Math.round(degrees / step) * step;
  return Math.abs(near - degrees) <= reach ? normalDegrees(near) : normalDegrees(degrees);
}

/** The end of a line held to multiples of 45 degrees. */
export function constrainLine(from, to) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const angle = (Math.round(Math.atan2(to.y - from.y, to.x - from.x) / (Math.PI / 4)) * Math.PI) / 4;
  return { x: from.x + length * Math.cos(angle), y: from.y + length * Math.sin(angle) };
}

/** The corner that makes a square with `from`. */
export function constrainSquare(from, to) {
  const side = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y));
  return {
    x: from.x + side * Math.sign(to.x - from.x || 1),
    y: from.y + side * Math.sign(to.y - from.y || 1),
  };
}
