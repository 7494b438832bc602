import assert from "node:assert/strict";
import { test } from "node:test";
import { clipRequest, withEnd, withStart } from "../../../static/src/uploads/clip_range.js";
import { withTags } from "../../../static/src/uploads/tags_editor.js";

const whole = { start: 0, end: 60 };

test("in and out stay within the film and apart", () => {
  assert.deepEqual(withStart(whole, 10, 60), { start: 10, end: 60 });
  assert.deepEqual(withStart(whole, -5, 60), { start: 0, end: 60 });
  assert.deepEqual(withStart(whole, 99, 60), { start: 59.9, end: 60 });
  assert.deepEqual(withEnd(whole, 99, 60), { start: 0, end: 60 });
  assert.deepEqual(withEnd(whole, 0, 60), { start: 0, end: 0.1 });
});

test("a start after the end, or an end before the start, moves the other", () => {
  const piece = { start: 10, end: 20 };
  assert.deepEqual(withStart(piece, 30, 60), { start: 30, end: 60 });
  assert.deepEqual(withEnd(piece, 5, 60), { start: 0, end: 5 });
});

test("the server gets whole milliseconds, and a title only when there is one", () => {
  assert.deepEqual(clipRequest({ start: 1.0004, end: 2.5 }, "  "), { start_ms: 1000, end_ms: 2500 });
  assert.equal(clipRequest(whole, " Goal ").title, "Goal");
});

test("tags come once each, without marks and spare spaces", () => {
  assert.deepEqual(withTags(["Sea"], "#sun,  sea , long   walk,,sun"), ["Sea", "sun", "long walk"]);
  assert.deepEqual(withTags(["a"], " , "), ["a"]);
});
