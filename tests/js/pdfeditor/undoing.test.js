import assert from "node:assert/strict";
import { test } from "node:test";
import { travel } from "../../../static/src/pdfeditor/undoing.js";

const A = { id: "a", page: "p", type: "shape", x: 1, y: 1, width: 9, height: 9, stroke_color: "#f00" };
const undo = ({ before, after }, current) => travel({ before: after, after: before }, current);

test("what nobody else touched goes back and forth", () => {
  const moved = { ...A, x: 5 };
  assert.deepEqual(undo({ before: A, after: moved }, moved), { wanted: A, isKept: false });
  assert.deepEqual(undo({ before: null, after: A }, A), { wanted: null, isKept: false });
  assert.deepEqual(undo({ before: A, after: null }, null), { wanted: A, isKept: false });
});

test("what the server adds to it is no change of others", () => {
  const stored = { ...A, rotation: 0, opacity: 1, revision: 3, author: "alice", source: "user" };
  assert.equal(undo({ before: null, after: A }, stored).wanted, null);
});

test("undoing that I made it does not delete what others did with it", () => {
  const theirs = { ...A, stroke_color: "#0f0" };
  assert.deepEqual(undo({ before: null, after: A }, theirs), { wanted: theirs, isKept: true });
});

test("my move goes back, their colour stays", () => {
  const moved = { ...A, x: 5 };
  const theirs = { ...moved, stroke_color: "#0f0" };
  const { wanted, isKept } = undo({ before: A, after: moved }, theirs);
  assert.deepEqual([wanted.x, wanted.stroke_color, isKept], [1, "#0f0", false]);
});

test("where both moved it, theirs stays whole", () => {
  const moved = { ...A, x: 5 };
  const theirs = { ...A, x: 5, y: 70 };
  const { wanted, isKept } = undo({ before: A, after: moved }, theirs);
  assert.deepEqual([wanted.x, wanted.y, isKept], [5, 70, true]);
});

test("what others deleted does not come back by undoing a change, nor twice", () => {
  assert.deepEqual(undo({ before: A, after: { ...A, x: 5 } }, null), { wanted: null, isKept: true });
  assert.deepEqual(undo({ before: A, after: null }, A), { wanted: A, isKept: true });
});
