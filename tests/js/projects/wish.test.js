import assert from "node:assert/strict";
import { test } from "node:test";
import { renderWish } from "../../../static/src/projects/model/wish.js";

const plain = { preset: "project", loudness: "", range: null, duration: 10 };

test("what the project decides is not asked for", () => {
  assert.deepEqual(renderWish(plain), {});
});

test("a preset, a loudness and a part are asked for, the part as long as there is one", () => {
  const range = { start: 1.23456, end: 12 };
  assert.deepEqual(renderWish({ ...plain, preset: "720p", loudness: "-14", range }), {
    preset: "720p", loudness_lufs: -14, start_time: 1.235, end_time: 10,
  });
});

test("a GIF has no loudness", () => {
  assert.deepEqual(renderWish({ ...plain, preset: "gif", loudness: "-16" }), { preset: "gif" });
});
