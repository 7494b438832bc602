import assert from "node:assert/strict";
import { test } from "node:test";
import { textBox } from "../../../static/src/projects/preview/text_box.js";

const view = { wide: 200, size: { width: 640, height: 360 }, frameHeight: 720 };
const text = (style = {}, rest = {}) => ({
  text: "Words", position: { x: 0.5, y: 0.5 }, style: { font_size: 80, align: "center", ...style }, ...rest,
});

test("a text's box is around its words", () => {
  assert.deepEqual(textBox(text(), view), { x: 320, y: 180, width: 200, height: 40, rotation: 0 });
});

test("a plate reaches as far on both sides, however the words are aligned", () => {
  const plate = { background_color: "#000000" };
  assert.deepEqual(textBox(text({ ...plate, align: "left" }), view), {
    x: 420, y: 180, width: 216, height: 56, rotation: 0,
  });
  assert.equal(textBox(text({ ...plate, align: "right" }), view).x, 220);
});

test("words at the left turn about their beginning", () => {
  const { x, y } = textBox(text({ align: "left" }, { rotation: 90 }), view);
  assert.deepEqual([Math.round(x), Math.round(y)], [320, 280]);
});
