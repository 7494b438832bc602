import assert from "node:assert/strict";
import { test } from "node:test";
import * as layout from "../../../static/src/pdfeditor/page_layout.js";

const PAGES = Array.from({ length: 5_000 }, (_, i) => ({
  width: 400, height: 600, rotation: i % 2 ? 90 : 0, user_unit: 1,
}));

test("pages lie below each other, centred, and only those in sight are named", () => {
  const { boxes, width, height } = layout.layOut(PAGES, { scale: 1, viewportWidth: 1_000 });
  assert.equal(width, 1_000);
  assert.equal(boxes[0].x, 300);
  assert.equal(boxes[1].x, 200);
  assert.ok(height > 2_000_000);
  const top = boxes[2_500].y;
  assert.deepEqual(layout.pagesWithin(boxes, top, top + 700), { first: 2_500, last: 2_501 });
  assert.equal(layout.currentPage(boxes, top, 900), 2_500);
});

test("no pages, no trouble", () => {
  const { boxes } = layout.layOut([], { scale: 1, viewportWidth: 500 });
  assert.deepEqual(layout.pagesWithin(boxes, 0, 100), { first: 0, last: -1 });
  assert.equal(layout.currentPage(boxes, 0, 100), -1);
});

test("fitting takes the rotation into account", () => {
  const room = { width: 632, height: 432 };
  assert.equal(layout.fitScale(PAGES[0], "width", room), 1.5);
  assert.equal(layout.fitScale(PAGES[1], "width", room), 1);
  assert.ok(layout.fitScale(PAGES[0], "page", room) < 1);
});

test("zoom goes by steps from anywhere and ends", () => {
  assert.equal(layout.nextZoom(1, 1), 1.1);
  assert.equal(layout.nextZoom(1.03, -1), 1);
  assert.equal(layout.nextZoom(8, 1), 8);
  assert.equal(layout.clampZoom(100), 8);
});

test("where a reader went counts while it is seen whole", () => {
  const small = Array.from({ length: 6 }, () => ({ width: 50, height: 50, rotation: 0 }));
  const { boxes } = layout.layOut(small, { scale: 1, viewportWidth: 800 });
  assert.equal(layout.currentPage(boxes, 0, 900), 0);
  assert.equal(layout.currentPage(boxes, 0, 900, 4), 4);
  assert.equal(layout.currentPage(boxes, 0, 200, 4), 0);
});

test("a document opens at a size that can be read", () => {
  const room = { width: 1_400, height: 900 };
  assert.equal(layout.fitScale(PAGES[0], "auto", room), 1.25 * layout.PX_PER_POINT);
  assert.ok(layout.fitScale({ width: 10, height: 10, rotation: 0 }, "auto", room) > 8);
});
