import assert from "node:assert/strict";
import { test } from "node:test";
import { mergeLines, quadsOf } from "../../../static/src/pdfeditor/quads.js";
import { curvePath, finishStroke, hasPressure, pressurePieces } from "../../../static/src/pdfeditor/smoothing.js";
import { wrap } from "../../../static/src/pdfeditor/text_layout.js";

test("a straight stroke becomes its two ends", () => {
  const stroke = Array.from({ length: 200 }, (_, i) => [i, i / 2]);
  assert.equal(finishStroke(stroke).length, 2);
});

test("a hundred thousand points are no problem, and a circle stays one", () => {
  const stroke = Array.from({ length: 100_000 }, (_, i) => [
    100 + 50 * Math.cos(i / 15_915), 100 + 50 * Math.sin(i / 15_915),
  ]);
  const lean = finishStroke(stroke);
  assert.ok(lean.length > 10 && lean.length < 200, String(lean.length));
  for (const [x, y] of lean) assert.ok(Math.abs(Math.hypot(x - 100, y - 100) - 50) < 0.5);
});

test("pressure is kept only where there was one", () => {
  assert.ok(!hasPressure([[0, 0, 0.5], [1, 1, 0.5]]));
  assert.ok(hasPressure([[0, 0, 0.1], [1, 1, 0.5]]));
  assert.deepEqual(finishStroke([[0, 0, 0.25], [9, 0, 0.75]], { withPressure: true }), [
    [0, 0, 0.25], [9, 0, 0.75],
  ]);
});

test("a straight stroke keeps how it swells", () => {
  const swelling = Array.from({ length: 101 }, (_, i) => [i, 0, i / 100]);
  const lean = finishStroke(swelling, { withPressure: true });
  assert.ok(lean.length > 5 && lean.length < 20, String(lean.length));
  const widths = pressurePieces(lean, 4).map(({ width }) => width);
  assert.ok(widths.length > 4, String(widths));
  assert.deepEqual(widths, widths.toSorted((a, b) => a - b));
});

test("a curve goes through the middle of its points; a dot is drawn too", () => {
  assert.equal(curvePath([[0, 0], [10, 0], [10, 10]]), "M0 0Q10 0 10 5L10 10");
  assert.equal(curvePath([[3, 4]]), "M3 4l0 0.01");
});

test("pieces of one width share their ends", () => {
  const pieces = pressurePieces([[0, 0, 0.1], [1, 0, 0.1], [2, 0, 0.9], [3, 0, 0.9]], 4);
  assert.ok(pieces.length >= 2);
  assert.deepEqual(pieces[0].points.at(-1), pieces[1].points[0]);
});

test("the words of a line become one quad, columns stay apart", () => {
  const lines = mergeLines([
    { left: 10, top: 10, right: 40, bottom: 22 },
    { left: 43, top: 11, right: 80, bottom: 22 },
    { left: 300, top: 10, right: 340, bottom: 22 },
    { left: 10, top: 30, right: 60, bottom: 42 },
    { left: 10, top: 30, right: 10.2, bottom: 42 },
  ]);
  assert.equal(lines.length, 3);
  assert.deepEqual(lines[0], { left: 10, top: 10, right: 80, bottom: 22 });
});

test("quads follow the page: on a rotated one their top left is the reader's", () => {
  const page = { width: 400, height: 600, rotation: 90 };
  const [quad] = quadsOf([{ left: 100, top: 50, right: 300, bottom: 70 }], page, 1);
  // Shown at 90 degrees: px = H - Y, py = X.
  assert.deepEqual(quad, [50, 500, 50, 300, 70, 500, 70, 300]);
});

test("words wrap at the box, and long ones break where they must", () => {
  const measure = (text) => text.length;
  assert.deepEqual(wrap("the quick brown fox", 10, measure), ["the quick", "brown fox"]);
  assert.deepEqual(wrap("abcdefghij k", 4, measure), ["abcd", "efgh", "ij k"]);
  assert.deepEqual(wrap("one\n\ntwo", 10, measure), ["one", "", "two"]);
  assert.deepEqual(wrap("", 10, measure), [""]);
});
