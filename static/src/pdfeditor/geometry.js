/**
 * Page space and view space.
 *
 * Page space is what annotations are stored in: points, from the top left of the
 * unrotated crop box, y down. View space is CSS pixels from the top left of the
 * page as it is shown: rotated, scaled by zoom and UserUnit. Pure.
 *
 * @typedef {{x: number, y: number}} Point
 * @typedef {{x: number, y: number, width: number, height: number}} Box
 * @typedef {{width: number, height: number, rotation: number, user_unit?: number}} PageShape
 * @typedef {[number, number, number, number, number, number]} Matrix as in SVG: a b c d e f
 */

const QUARTER = 90;

/** @param {number} degrees @returns {0 | 90 | 180 | 270} */
export function quarterTurn(degrees) {
  return (((Math.round(degrees / QUARTER) * QUARTER) % 360) + 360) % 360;
}

/** @returns {{width: number, height: number}} CSS pixels of the page on screen */
export function viewSize(page, scale) {
  const k = scale * (page.user_unit || 1);
  const isTurned = quarterTurn(page.rotation) % 180 !== 0;
  const [width, height] = isTurned ? [page.height, page.width] : [page.width, page.height];
  return { width: width * k, height: height * k };
}

/** @returns {Matrix} from page space to view space */
export function viewMatrix(page, scale) {
  const k = scale * (page.user_unit || 1);
  const width = page.width * k;
  const height = page.height * k;
  switch (quarterTurn(page.rotation)) {
    case 90:
      return [0, k, -k, 0, height, 0];
    case 180:
      return [-k, 0, 0, -k, width, height];
    case 270:
      return [0, -k, k, 0, 0, width];
    default:
      return [k, 0, 0, k, 0, 0];
  }
}

/** @param {Matrix} m @param {Point} point */
export function apply([a, b, c, d, e, f], { x, y }) {
  return { x: a * x + c * y + e, y: b * x + d * y + f };
}

/** @param {Matrix} m @returns {Matrix} */
export function invert([a, b, c, d, e, f]) {
  const det = a * d - b * c;
  return [
    d / det,
    -b / det,
    -c / det,
    a / det,
    (c * f - d * e) / det,
    (b * e - a * f) / det,
  ];
}

/** @returns {Point} */
export const toView = (page, scale, point) => apply(viewMatrix(page, scale), point);

/** @returns {Point} */
export const toPage = (page, scale, point) => apply(invert(viewMatrix(page, scale)), point);

/** A distance on screen as a distance on the page. */
export const toPageLength = (page, scale, pixels) => pixels / (scale * (page.user_unit || 1));

/** Turns clockwise, as seen on an unrotated page. */
export function turn(point, centre, degrees) {
  if (!degrees) return point;
  const angle = (degrees * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const dx = point.x - centre.x;
  const dy = point.y - centre.y;
  return { x: centre.x + dx * cos - dy * sin, y: centre.y + dx * sin + dy * cos };
}

export const centreOf = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });

/** @returns {Point[]} top left, top right, bottom right, bottom left; turned */
export function cornersOf(box) {
  const { x, y, width, height, rotation = 0 } = box;
  const centre = centreOf(box);
  return [
    { x, y },
    { x: x + width, y },
    { x: x + width, y: y + height },
    { x, y: y + height },
  ].map((corner) => turn(corner, centre, rotation));
}

/** @param {Point[]} points @returns {Box} */
export function boundsOfPoints(points) {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const { x, y } of points) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  if (left > right) return { x: 0, y: 0, width: 0, height: 0 };
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The upright box around something turned. */
export const boundsOf = (box) => (box.rotation ? boundsOfPoints(cornersOf(box)) : box);

/** @param {Box[]} boxes @returns {Box | null} */
export function unionOf(boxes) {
  if (boxes.length === 0) return null;
  return boundsOfPoints(
    boxes.flatMap(({ x, y, width, height }) => [
      { x, y },
      { x: x + width, y: y + height },
    ]),
  );
}

export const intersects = (a, b) =>
  a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;

export const contains = (outer, inner) =>
  outer.x <= inner.x &&
  outer.y <= inner.y &&
  outer.x + outer.width >= inner.x + inner.width &&
  outer.y + outer.height >= inner.y + inner.height;

/** @returns {Box} spanned by two corners */
export const boxBetween = (a, b) => ({
  x: Math.min(a.x, b.x),
  y: Math.min(a.y, b.y),
  width: Math.abs(a.x - b.x),
  height: Math.abs(a.y - b.y),
});

/** The rotation that makes something upright for the reader of a rotated page. */
export const uprightRotation = (page) => (360 - quarterTurn(page.rotation)) % 360;

/**
 * The page-space box, with its rotation, of something that the reader sees upright.
 * @param {Box} box in view space
 * @returns {Box & {rotation: number}}
 */
export function uprightBox(page, scale, box) {
  const { x, y } = toPage(page, scale, centreOf(box));
  const width = toPageLength(page, scale, box.width);
  const height = toPageLength(page, scale, box.height);
  return { x: x - width / 2, y: y - height / 2, width, height, rotation: uprightRotation(page) };
}

/** The upright bounds of a page-space box, in view space. */
export function viewBounds(page, scale, box) {
  const matrix = viewMatrix(page, scale);
  return boundsOfPoints(cornersOf(box).map((corner) => apply(matrix, corner)));
}

/** Another size for a box whose top left corner stays where it is seen. */
export function resizeFromTopLeft(box, width, height) {
  const [corner] = cornersOf(box);
  const moved = { x: box.x, y: box.y, width, height, rotation: box.rotation ?? 0 };
  const [now] = cornersOf(moved);
  return { x: box.x + corner.x - now.x, y: box.y + corner.y - now.y, width, height };
}

/** Keeps a point on the page. */
export const clampToPage = (page, { x, y }) => ({
  x: Math.max(0, Math.min(page.width, x)),
  y: Math.max(0, Math.min(page.height, y)),
});

/** Two decimals of a point are finer than any printer; it keeps documents small. */
export const round2 = (value) => Math.round(value * 100) / 100;

export const normalDegrees = (degrees) => ((degrees % 360) + 360) % 360;
