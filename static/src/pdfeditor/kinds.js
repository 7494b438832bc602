/**
 * What the kinds of annotations have in common and where they differ: bounds,
 * moving, fitting into another box. Annotations are never changed, only replaced.
 *
 * @typedef {{id: string, page: string, type: string, x: number, y: number,
 *   width: number, height: number, rotation: number, opacity: number, z: number}} Annotation
 */
import { boundsOf, boundsOfPoints, centreOf, normalDegrees, round2, turn } from "./geometry.js";
import { moveQuads, quadBounds } from "./quads.js";

export const NOTE_SIZE = 20;
const MIN_SIDE = 4;

/** Fields that only the server writes; they are no part of an edit. */
export const SERVER_FIELDS = Object.freeze([
  "revision", "author", "created_at", "updated_at", "source", "page_number", "image_url",
]);

/** @param {Annotation} annotation @returns {number[][][]} its strokes, shapes as one */
export function strokesOf({ strokes, points }) {
  if (strokes?.length) return strokes;
  return points?.length ? [points] : [];
}

export const hasPoints = (annotation) =>
  annotation.type === "drawing" ||
  (annotation.type === "shape" && ["line", "arrow", "polygon"].includes(annotation.shape_type));

/** Kinds whose box can be turned; the others turn their points. */
export const turnsItself = ({ type, shape_type: shape }) =>
  type === "text" || type === "image" || (type === "shape" && ["rectangle", "circle"].includes(shape));

/** What marks words stays with its words. */
export const canMove = ({ type }) => type !== "highlight";
export const canResize = ({ type }) => type !== "highlight" && type !== "note";
export const canTurn = (annotation) => turnsItself(annotation) || hasPoints(annotation);
export const keepsRatio = ({ type, signature }) => type === "image" || Boolean(signature);

/** The upright box that something covers on the page, without its line width. */
export const annotationBounds = (annotation) => boundsOf(annotation);

const asPoints = (strokes) => strokes.flat().map(([x, y]) => ({ x, y }));

/** Puts changed strokes back under the name they came by, with their box. */
function withStrokes(annotation, strokes) {
  const { x, y, width, height } = boundsOfPoints(asPoints(strokes));
  const box = { x: round2(x), y: round2(y), width: round2(width), height: round2(height) };
  if (annotation.strokes?.length) return { ...annotation, ...box, strokes };
  return { ...annotation, ...box, points: strokes[0] };
}

const mapStrokes = (annotation, change) =>
  withStrokes(
    annotation,
    strokesOf(annotation).map((stroke) =>
      stroke.map(([x, y, ...rest]) => {
        const moved = change({ x, y });
        return [round2(moved.x), round2(moved.y), ...rest];
      }),
    ),
  );

/** @returns {Annotation} */
export function moveBy(annotation, dx, dy) {
  if (dx === 0 && dy === 0) return annotation;
  if (annotation.type === "highlight") {
    const quads = moveQuads(annotation.quads, dx, dy);
    return { ...annotation, quads, ...quadBounds(quads) };
  }
  if (hasPoints(annotation)) {
    return mapStrokes(annotation, ({ x, y }) => ({ x: x + dx, y: y + dy }));
  }
  return { ...annotation, x: round2(annotation.x + dx), y: round2(annotation.y + dy) };
}

/** Fits something that lies upright in `from` into `to`. */
export function fitInto(annotation, from, to) {
  if (!canResize(annotation)) return moveBy(annotation, to.x - from.x, to.y - from.y);
  const scaleX = from.width > 0 ? to.width / from.width : 1;
  const scaleY = from.height > 0 ? to.height / from.height : 1;
  const place = ({ x, y }) => ({
    x: to.x + (x - from.x) * scaleX,
    y: to.y + (y - from.y) * scaleY,
  });
  if (hasPoints(annotation)) return mapStrokes(annotation, place);
  const { x, y } = place(annotation);
  return {
    ...annotation,
    x: round2(x),
    y: round2(y),
    width: round2(Math.max(MIN_SIDE, annotation.width * scaleX)),
    height: round2(Math.max(MIN_SIDE, annotation.height * scaleY)),
  };
}

/** Turns something about a point. */
export function turnBy(annotation, centre, degrees) {
  if (hasPoints(annotation)) {
    return mapStrokes(annotation, (point) => turn(point, centre, degrees));
  }
  const own = centreOf(annotation);
  const moved = turn(own, centre, degrees);
  const shifted = moveBy(annotation, moved.x - own.x, moved.y - own.y);
  if (!turnsItself(annotation)) return shifted;
  return { ...shifted, rotation: round2(normalDegrees((annotation.rotation ?? 0) + degrees)) };
}

/** Moves one point of a line, an arrow or a polygon. */
export function movePoint(annotation, index, { x, y }) {
  const points = annotation.points.map((point, i) => (i === index ? [round2(x), round2(y)] : point));
  return withStrokes(annotation, [points]);
}

/** @returns {Annotation} strokes become a drawing with its box */
export const makeDrawing = (fields, strokes) =>
  withStrokes({ type: "drawing", rotation: 0, ...fields, strokes }, strokes);

/** @returns {Annotation} points become a shape with its box */
export const makeShape = (fields, points) =>
  withStrokes({ type: "shape", rotation: 0, ...fields, points }, [points]);

/** @returns {Annotation} */
export const makeHighlight = (fields, quads) => ({
  type: "highlight",
  rotation: 0,
  ...fields,
  ...quadBounds(quads),
  quads,
});

// What the server says of a field that was left out.
const UNSAID = Object.freeze({
  rotation: 0, opacity: 1, blend: "normal", signature: false, content: "", underline: false,
  font_weight: "normal", font_style: "normal", text_align: "left", replies: [], resolved: false,
});

/** Whether two versions say the same in one field. */
export const sameField = (a, b, name) =>
  sameValue(a[name] ?? UNSAID[name], b[name] ?? UNSAID[name]);

/** Whether two versions say the same to a reader. */
export function sameContent(a, b) {
  if (Object.is(a, b)) return true;
  if (!a || !b) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const name of names) {
    if (SERVER_FIELDS.includes(name)) continue;
    if (!sameField(a, b, name)) return false;
  }
  return true;
}

/** Equal as JSON; what is null may as well be left out. */
export const sameValue = (a, b) =>
  Object.is(a ?? null, b ?? null) || JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
