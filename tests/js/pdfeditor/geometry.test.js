import assert from "node:assert/strict";
import { test } from "node:test";
import * as geometry from "../../../static/src/pdfeditor/geometry.js";

const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

/** The table of the PDF coordinates: px, py in CSS pixels to x, y in PDF space. */
const PDF = {
  0: ({ x0, y1 }, u, v) => [x0 + u, y1 - v],
  90: ({ x0, y0 }, u, v) => [x0 + v, y0 + u],
  180: ({ x1, y0 }, u, v) => [x1 - u, y0 + v],
  270: ({ x1, y1 }, u, v) => [x1 - v, y1 - u],
};

for (const rotation of [0, 90, 180, 270]) {
  for (const unit of [1, 2]) {
    test(`the formulas of PDF space hold at ${rotation} degrees, UserUnit ${unit}`, () => {
      const crop = { x0: 30, y0: -20, x1: 430, y1: 580 };
      const page = { width: 400, height: 600, rotation, user_unit: unit };
      for (const [px, py] of [[0, 0], [10, 20], [333.5, 77.25]]) {
        const scale = 1.7;
        const { x, y } = geometry.toPage(page, scale, { x: px, y: py });
        const k = scale * unit;
        const [pdfX, pdfY] = PDF[rotation](crop, px / k, py / k);
        near(crop.x0 + x, pdfX);
        near(crop.y1 - y, pdfY);
        const back = geometry.toView(page, scale, { x, y });
        near(back.x, px);
        near(back.y, py);
      }
    });
  }
}

test("a page on its side is as wide as it is high", () => {
  const page = { width: 400, height: 600, rotation: 270, user_unit: 2 };
  assert.deepEqual(geometry.viewSize(page, 0.5), { width: 600, height: 400 });
});

test("the bounds of something turned hold all its corners", () => {
  const box = { x: 0, y: 0, width: 100, height: 20, rotation: 90 };
  const { x, y, width, height } = geometry.boundsOf(box);
  near(x, 40);
  near(y, -40);
  near(width, 20);
  near(height, 100);
});

test("odd rotations count as the nearest quarter", () => {
  assert.equal(geometry.quarterTurn(-90), 270);
  assert.equal(geometry.quarterTurn(450), 90);
  assert.equal(geometry.uprightRotation({ rotation: 90 }), 270);
  assert.equal(geometry.uprightRotation({ rotation: 0 }), 0);
});
