/**
 * Where pages lie in the scrolled area, and which of them are worth drawing.
 * Pure; a look-up among thousands of pages is a binary search.
 */
import { viewSize } from "./geometry.js";

export const GAP_PX = 14;
export const MARGIN_PX = 16;
/** A point is 1/72 inch, a CSS pixel 1/96: "100 %" is the size on paper. */
export const PX_PER_POINT = 96 / 72;

/**
 * @param {import("./geometry.js").PageShape[]} pages
 * @param {{scale: number, viewportWidth: number, bottom?: number}} options
 * @returns {{boxes: import("./geometry.js").Box[], width: number, height: number}}
 */
export function layOut(pages, { scale, viewportWidth, bottom = 0 }) {
  const sizes = pages.map((page) => viewSize(page, scale));
  const widest = sizes.reduce((most, { width }) => Math.max(most, width), 0);
  const width = Math.max(viewportWidth, widest + 2 * MARGIN_PX);
  let y = MARGIN_PX;
  const boxes = sizes.map((size) => {
    const box = { x: Math.round((width - size.width) / 2), y, ...size };
    y += size.height + GAP_PX;
    return box;
  });
  return { boxes, width, height: y - GAP_PX + MARGIN_PX + bottom };
}

/** The first page that ends below `top`. */
function firstBelow(boxes, top) {
  let low = 0;
  let high = boxes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (boxes[middle].y + boxes[middle].height < top) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @returns {{first: number, last: number}} pages that touch a stretch; last is -1 for none */
export function pagesWithin(boxes, top, bottom) {
  const first = firstBelow(boxes, top);
  let last = first - 1;
  while (last + 1 < boxes.length && boxes[last + 1].y <= bottom) last += 1;
  return { first, last };
}

/**
 * The page that a reader would say to be on: it holds the upper third.
 * @param {number | null} [pinned] where the reader went; it counts while it is seen whole
 */
export function currentPage(boxes, scrollTop, viewportHeight, pinned = null) {
  if (boxes.length === 0) return -1;
  const own = boxes[pinned];
  if (own && own.y >= scrollTop && own.y + own.height <= scrollTop + viewportHeight) return pinned;
  if (scrollTop < MARGIN_PX) return 0;
  const line = scrollTop + viewportHeight / 3;
  return Math.min(boxes.length - 1, firstBelow(boxes, line));
}

/** On wide screens a page as wide as the window is too large to read. */
const MOST_AUTO_ZOOM = 1.25;
/** Labels and icons are opened so that something can be seen of them. */
const LEAST_AUTO_PX = 360;

/**
 * @param {"auto" | "width" | "page"} fit
 * @returns {number} CSS pixels for a point
 */
export function fitScale(page, fit, { width, height }) {
  const { width: w, height: h } = viewSize(page, 1);
  const byWidth = (width - 2 * MARGIN_PX) / w;
  if (fit === "width") return byWidth;
  if (fit === "auto") {
    const most = Math.max(MOST_AUTO_ZOOM, LEAST_AUTO_PX / (Math.max(w, h) * PX_PER_POINT));
    return Math.min(byWidth, clampZoom(most) * PX_PER_POINT);
  }
  return Math.min(byWidth, (height - 2 * MARGIN_PX) / h);
}

export const ZOOM_STEPS = Object.freeze([
  0.1, 0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 8,
]);

export const clampZoom = (zoom) =>
  Math.max(ZOOM_STEPS[0], Math.min(ZOOM_STEPS.at(-1), zoom));

/** The next step up or down from any zoom. */
export function nextZoom(zoom, direction) {
  const slack = 0.005;
  if (direction > 0) return ZOOM_STEPS.find((step) => step > zoom + slack) ?? ZOOM_STEPS.at(-1);
  return ZOOM_STEPS.findLast((step) => step < zoom - slack) ?? ZOOM_STEPS[0];
}
