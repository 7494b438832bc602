/** What lies under a point or inside a marquee, in page space. Pure. */
import { boundsOfPoints, centreOf, intersects, turn } from "./geometry.js";
import { annotationBounds, hasPoints, strokesOf } from "./kinds.js";
import { quadPoints } from "./quads.js";

function distanceToSegment({ x, y }, [ax, ay], [bx, by]) {
  const dx = bx - ax;
  const dy = by - ay;
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / square));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

const inBox = ({ x, y }, box, slack) =>
  x >= box.x - slack &&
  x <= box.x + box.width + slack &&
  y >= box.y - slack &&
  y <= box.y + box.height + slack;

function insidePolygon({ x, y }, points) {
  let inside = false;
  for (let i = 0, j = points.length - 1; i < points.length; j = i, i += 1) {
    const [xi, yi] = points[i];
    const [xj, yj] = points[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

function hitsStrokes(annotation, point, slack) {
  const reach = slack + (annotation.stroke_width ?? 1) / 2;
  if (!inBox(point, annotation, reach)) return false;
  const closed = annotation.shape_type === "polygon";
  return strokesOf(annotation).some((stroke) => {
    if (closed && annotation.fill_color && insidePolygon(point, stroke)) return true;
    if (stroke.length === 1) return Math.hypot(point.x - stroke[0][0], point.y - stroke[0][1]) <= reach;
    const ends = closed ? [...stroke, stroke[0]] : stroke;
    return ends.some((to, i) => i > 0 && distanceToSegment(point, ends[i - 1], to) <= reach);
  });
}

function hitsOutline(annotation, point, slack) {
  const reach = slack + (annotation.stroke_width ?? 1) / 2;
  if (!inBox(point, annotation, reach)) return false;
  if (annotation.fill_color) return annotation.shape_type !== "circle" || inEllipse(point, annotation, reach);
  if (annotation.shape_type === "circle") {
    return inEllipse(point, annotation, reach) && !inEllipse(point, annotation, -reach);
  }
  const { x, y, width, height } = annotation;
  const inner = { x: x + reach, y: y + reach, width: width - 2 * reach, height: height - 2 * reach };
  return inner.width <= 0 || inner.height <= 0 || !inBox(point, inner, 0);
}

function inEllipse(point, box, grow) {
  const { x, y } = centreOf(box);
  const rx = box.width / 2 + grow;
  const ry = box.height / 2 + grow;
  return rx > 0 && ry > 0 && ((point.x - x) / rx) ** 2 + ((point.y - y) / ry) ** 2 <= 1;
}

/**
 * @param {import("./kinds.js").Annotation} annotation
 * @param {import("./geometry.js").Point} point
 * @param {number} slack points that a press may miss by
 */
export function hits(annotation, point, slack = 0) {
  if (annotation.type === "highlight") {
    return annotation.quads.some((quad) => inBox(point, boundsOfPoints(quadPoints(quad)), slack));
  }
  if (hasPoints(annotation)) return hitsStrokes(annotation, point, slack);
  const level = annotation.rotation
    ? turn(point, centreOf(annotation), -annotation.rotation)
    : point;
  if (annotation.type === "shape") return hitsOutline(annotation, level, slack);
  return inBox(level, annotation, slack);
}

/** Back to front. */
export const inOrder = (annotations) =>
  [...annotations].sort((a, b) => (a.z ?? 0) - (b.z ?? 0) || (a.id < b.id ? -1 : 1));

/** @returns {import("./kinds.js").Annotation | null} the topmost one */
export function topmostAt(annotations, point, slack) {
  return inOrder(annotations).findLast((annotation) => hits(annotation, point, slack)) ?? null;
}

/** What a marquee touches. */
export const touchedBy = (annotations, box) =>
  annotations.filter((annotation) => intersects(annotationBounds(annotation), box));

/** What an eraser touches on its way between two points. */
export function erasedBy(annotations, from, to, radius) {
  const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / Math.max(1, radius)));
  return annotations.filter((annotation) => {
    for (let i = 0; i <= steps; i += 1) {
      const point = {
        x: from.x + ((to.x - from.x) * i) / steps,
        y: from.y + ((to.y - from.y) * i) / steps,
      };
      if (hits(annotation, point, radius)) return true;
    }
    return false;
  });
}
