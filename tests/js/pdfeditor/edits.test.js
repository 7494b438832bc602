import assert from "node:assert/strict";
import { test } from "node:test";
import { align, copiesOf, distribute, nextZ, reorder } from "../../../static/src/pdfeditor/arranging.js";
import { erasedBy, hits, topmostAt, touchedBy } from "../../../static/src/pdfeditor/hit_testing.js";
import {
  fitInto, makeDrawing, makeHighlight, makeShape, moveBy, movePoint, sameContent, turnBy,
} from "../../../static/src/pdfeditor/kinds.js";
import { constrainLine, resizeBox, snapAngle } from "../../../static/src/pdfeditor/resizing.js";
import { snap } from "../../../static/src/pdfeditor/snapping.js";

const box = (id, x, y, width = 10, height = 10, more = {}) => ({
  id, page: "p", type: "shape", shape_type: "rectangle", x, y, width, height, rotation: 0,
  z: 1, stroke_width: 2, stroke_color: "#000000", fill_color: null, ...more,
});
const line = makeShape({ id: "l", page: "p", shape_type: "line", stroke_width: 2, z: 2 }, [[0, 0], [100, 100]]);

test("moving a highlight moves its quads and its box", () => {
  const highlight = makeHighlight({ id: "h", page: "p", color: "#ff0" }, [[10, 10, 50, 10, 10, 20, 50, 20]]);
  const moved = moveBy(highlight, 5, -2);
  assert.deepEqual(moved.quads, [[15, 8, 55, 8, 15, 18, 55, 18]]);
  assert.deepEqual([moved.x, moved.y, moved.width, moved.height], [15, 8, 40, 10]);
  assert.equal(highlight.x, 10);
});

test("a drawing keeps its pressure when it is fitted into a box", () => {
  const drawing = makeDrawing({ id: "d", page: "p" }, [[[0, 0, 0.2], [10, 20, 0.9]]]);
  const fitted = fitInto(drawing, drawing, { x: 100, y: 100, width: 20, height: 20 });
  assert.deepEqual(fitted.strokes, [[[100, 100, 0.2], [120, 120, 0.9]]]);
  assert.equal(fitted.width, 20);
});

test("a rectangle turns itself, a line turns its points", () => {
  const turned = turnBy(box("a", 0, 0), { x: 5, y: 5 }, 450);
  assert.equal(turned.rotation, 90);
  assert.equal(turned.x, 0);
  const flat = turnBy(line, { x: 50, y: 50 }, 45);
  assert.equal(flat.rotation, 0);
  assert.ok(Math.abs(flat.points[0][0] - 50) < 0.01);
});

test("one end of a line moves alone", () => {
  assert.deepEqual(movePoint(line, 1, { x: 50, y: 10 }).points, [[0, 0], [50, 10]]);
});

test("an outline is hit on its line only, a filled one everywhere", () => {
  const hollow = box("a", 0, 0, 100, 100);
  assert.ok(hits(hollow, { x: 1, y: 50 }, 2));
  assert.ok(!hits(hollow, { x: 50, y: 50 }, 2));
  assert.ok(hits({ ...hollow, fill_color: "#fff" }, { x: 50, y: 50 }, 2));
  const circle = { ...hollow, shape_type: "circle", fill_color: "#fff" };
  assert.ok(!hits(circle, { x: 3, y: 3 }, 1));
});

test("a turned box is hit where it is seen", () => {
  const wide = box("a", 0, 40, 100, 20, { rotation: 90, fill_color: "#fff" });
  assert.ok(hits(wide, { x: 50, y: 5 }, 0));
  assert.ok(!hits(wide, { x: 5, y: 50 }, 0));
});

test("the topmost one is found, and what a marquee touches", () => {
  const below = box("a", 0, 0, 50, 50, { fill_color: "#fff", z: 1 });
  const above = box("b", 0, 0, 50, 50, { fill_color: "#fff", z: 5 });
  assert.equal(topmostAt([above, below], { x: 9, y: 9 }, 0).id, "b");
  const found = touchedBy([below, box("c", 200, 200)], { x: 10, y: 10, width: 5, height: 5 });
  assert.deepEqual(found.map(({ id }) => id), ["a"]);
});

test("a fast eraser leaves no gap between two pointer events", () => {
  assert.equal(erasedBy([line], { x: 0, y: 60 }, { x: 100, y: 40 }, 4).length, 1);
  assert.equal(erasedBy([line], { x: 0, y: 90 }, { x: 20, y: 90 }, 4).length, 0);
});

test("things align to each other, or one to the page", () => {
  const [a, b] = align([box("a", 0, 0), box("b", 30, 50)], "right");
  assert.equal(a.x, 30);
  assert.equal(b.x, 30);
  const [alone] = align([box("a", 0, 0)], "center", { x: 0, y: 0, width: 100, height: 100 });
  assert.equal(alone.x, 45);
});

test("distributing makes the gaps equal and keeps the ends", () => {
  const result = distribute([box("a", 0, 0), box("c", 90, 0), box("b", 12, 0)], "x");
  assert.deepEqual(result.map(({ id, x }) => [id, x]), [["a", 0], ["c", 90], ["b", 45]]);
});

test("order changes one step at a time, to the front and to the back", () => {
  const page = [box("a", 0, 0, 1, 1, { z: 1 }), box("b", 0, 0, 1, 1, { z: 2 }), box("c", 0, 0, 1, 1, { z: 3 })];
  const sorted = (changed) =>
    page.map((each) => changed.find(({ id }) => id === each.id) ?? each)
      .sort((x, y) => x.z - y.z).map(({ id }) => id).join("");
  assert.equal(sorted(reorder(page, new Set(["a"]), "forward")), "bac");
  assert.equal(sorted(reorder(page, new Set(["c"]), "backward")), "acb");
  assert.equal(sorted(reorder(page, new Set(["a"]), "front")), "bca");
  assert.equal(sorted(reorder(page, new Set(["b", "c"]), "back")), "bca");
  assert.deepEqual(reorder(page, new Set(["c"]), "forward"), []);
  assert.equal(nextZ(page), 4);
});

test("copies are new ones, without what belongs to the first", () => {
  let count = 0;
  const note = { ...box("a", 0, 0), type: "note", revision: 7, author: "me", replies: [{ id: "r" }] };
  const [copy] = copiesOf([note], { page: "q", dx: 5, dy: 5, z: 9, makeId: () => `n${(count += 1)}` });
  assert.deepEqual([copy.id, copy.page, copy.x, copy.z], ["n1", "q", 5, 9]);
  assert.equal(copy.revision, undefined);
  assert.deepEqual(copy.replies, []);
});

test("the far side stays where it is when a turned box is resized", () => {
  const turned = { x: 0, y: 0, width: 40, height: 20, rotation: 90 };
  const grown = resizeBox(turned, "e", { x: 0, y: 10 });
  assert.equal(Math.round(grown.width), 50);
  assert.equal(Math.round(grown.x + grown.width / 2), 20);
  assert.equal(Math.round(grown.y + grown.height / 2), 15);
  const square = resizeBox({ x: 0, y: 0, width: 10, height: 20 }, "se", { x: 10, y: 0 }, { ratio: true });
  assert.deepEqual([square.width, square.height], [20, 40]);
});

test("angles and lines catch", () => {
  assert.equal(snapAngle(88, 15, 3), 90);
  assert.equal(snapAngle(82, 15, 3), 82);
  const end = constrainLine({ x: 0, y: 0 }, { x: 100, y: 8 });
  assert.ok(Math.abs(end.y) < 1e-9);
});

test("a box catches on its neighbours and shows the line", () => {
  const result = snap({ x: 51, y: 200, width: 20, height: 10 }, [{ x: 50, y: 0, width: 30, height: 30 }], 4);
  assert.deepEqual(result, { dx: -1, dy: 0, guides: [{ axis: "x", at: 50 }] });
});

test("what the server writes is no difference", () => {
  assert.ok(sameContent({ ...box("a", 1, 1), revision: 1 }, { ...box("a", 1, 1), revision: 9 }));
  assert.ok(!sameContent(box("a", 1, 1), box("a", 1, 2)));
});
