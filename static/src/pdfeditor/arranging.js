/** Align, distribute, order, copy: edits of several annotations at once. Pure. */
import { unionOf } from "./geometry.js";
import { inOrder } from "./hit_testing.js";
import { annotationBounds, moveBy, SERVER_FIELDS } from "./kinds.js";

const EDGES = {
  left: (box, all) => [all.x - box.x, 0],
  center: (box, all) => [all.x + all.width / 2 - (box.x + box.width / 2), 0],
  right: (box, all) => [all.x + all.width - (box.x + box.width), 0],
  top: (box, all) => [0, all.y - box.y],
  middle: (box, all) => [0, all.y + all.height / 2 - (box.y + box.height / 2)],
  bottom: (box, all) => [0, all.y + all.height - (box.y + box.height)],
};

/**
 * @param {import("./kinds.js").Annotation[]} annotations of one page
 * @param {keyof typeof EDGES} edge
 * @param {import("./geometry.js").Box} [frame] one alone aligns to the page
 */
export function align(annotations, edge, frame = null) {
  const all = frame ?? unionOf(annotations.map(annotationBounds));
  return annotations.map((annotation) =>
    moveBy(annotation, ...EDGES[edge](annotationBounds(annotation), all)),
  );
}

/** Equal gaps between neighbours; the outermost stay. */
export function distribute(annotations, axis) {
  if (annotations.length < 3) return annotations;
  const [start, size] = axis === "x" ? ["x", "width"] : ["y", "height"];
  const boxes = new Map(annotations.map((each) => [each.id, annotationBounds(each)]));
  const sorted = [...annotations].sort((a, b) => boxes.get(a.id)[start] - boxes.get(b.id)[start]);
  const first = boxes.get(sorted[0].id);
  const last = boxes.get(sorted.at(-1).id);
  const room = last[start] + last[size] - first[start];
  const taken = sorted.reduce((sum, each) => sum + boxes.get(each.id)[size], 0);
  const gap = (room - taken) / (sorted.length - 1);
  let at = first[start];
  const moved = new Map();
  for (const each of sorted) {
    const shift = at - boxes.get(each.id)[start];
    moved.set(each.id, axis === "x" ? moveBy(each, shift, 0) : moveBy(each, 0, shift));
    at += boxes.get(each.id)[size] + gap;
  }
  return annotations.map((each) => moved.get(each.id));
}

/** The order number that puts something on top of a page. */
export const nextZ = (annotations) =>
  Math.floor(annotations.reduce((top, { z = 0 }) => Math.max(top, z), 0)) + 1;

/**
 * @param {import("./kinds.js").Annotation[]} page all of the page
 * @param {Set<string>} chosen
 * @param {"front" | "back" | "forward" | "backward"} where
 * @returns {import("./kinds.js").Annotation[]} those whose `z` changes, changed
 */
export function reorder(page, chosen, where) {
  const sorted = inOrder(page);
  const mine = sorted.filter(({ id }) => chosen.has(id));
  const rest = sorted.filter(({ id }) => !chosen.has(id));
  if (mine.length === 0 || rest.length === 0) return [];
  const z = (annotation) => annotation?.z ?? 0;
  let low;
  let high;
  if (where === "front") low = z(rest.at(-1));
  else if (where === "back") high = z(rest[0]);
  else if (where === "forward") {
    const above = rest.findIndex((each) => sorted.indexOf(each) > sorted.indexOf(mine.at(-1)));
    if (above === -1) return [];
    low = z(rest[above]);
    high = rest[above + 1] && z(rest[above + 1]);
  } else {
    const below = rest.findLastIndex((each) => sorted.indexOf(each) < sorted.indexOf(mine[0]));
    if (below === -1) return [];
    high = z(rest[below]);
    low = rest[below - 1] && z(rest[below - 1]);
  }
  low ??= high - (mine.length + 1);
  high ??= low + mine.length + 1;
  const step = (high - low) / (mine.length + 1);
  return mine.map((each, i) => ({ ...each, z: low + step * (i + 1) }));
}

/**
 * Copies with ids of their own.
 * @param {{page: string, dx?: number, dy?: number, z: number, makeId: () => string}} to
 */
export function copiesOf(annotations, { page, dx = 0, dy = 0, z, makeId }) {
  return inOrder(annotations).map((annotation, i) => {
    const copy = { ...moveBy(annotation, dx, dy), id: makeId(), page, z: z + i };
    for (const name of SERVER_FIELDS) {
      if (name !== "image_url") delete copy[name];
    }
    if (copy.replies) copy.replies = [];
    return copy;
  });
}
