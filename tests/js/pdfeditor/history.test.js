import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { History } from "../../../static/src/pdfeditor/history.js";

let now;
let kept;
let history;
const keeper = {
  write: (index, step) => (kept.steps[index] = step),
  cut: (from) => (kept.steps.length = from),
  cursor: (at) => (kept.cursor = at),
};
const change = (id, before, after) => ({ label: id, changes: [{ id, before, after }] });

beforeEach(() => {
  now = 0;
  kept = { steps: [], cursor: 0 };
  history = new History({ keeper, now: () => now });
});

test("undo brings what was before, redo what came after", () => {
  const one = { x: 1 };
  const two = { x: 2 };
  history.push(change("a", null, one));
  history.push(change("a", one, two));
  assert.deepEqual(history.undo(), [{ id: "a", before: two, after: one }]);
  assert.deepEqual(history.undo(), [{ id: "a", before: one, after: null }]);
  assert.equal(history.undo(), null);
  assert.deepEqual(history.redo(), [{ id: "a", before: null, after: one }]);
});

test("a run with one key is one step, until it pauses", () => {
  history.push(change("a", 0, 1), "nudge");
  now = 500;
  history.push(change("a", 1, 2), "nudge");
  now = 5_000;
  history.push(change("a", 2, 3), "nudge");
  history.undo();
  assert.deepEqual(history.undo(), [{ id: "a", before: 2, after: 0 }]);
  assert.ok(!history.canUndo);
});

test("a new step forgets what was undone", () => {
  history.push(change("a", 0, 1));
  history.push(change("a", 1, 2));
  history.undo();
  history.push(change("b", 0, 1));
  assert.ok(!history.canRedo);
  assert.equal(kept.steps.length, 2);
  assert.equal(kept.cursor, 2);
});

test("there is no end to it, and it survives a reload", () => {
  for (let i = 0; i < 5_000; i += 1) history.push(change("a", i, i + 1));
  history.undo();
  const again = new History();
  again.restore(kept.steps, kept.cursor);
  assert.equal(again.redo()[0].after, 5_000);
  for (let i = 0; i < 5_000; i += 1) again.undo();
  assert.ok(!again.canUndo);
});

test("steps that change nothing are none", () => {
  history.push(change("a", 1, 1));
  assert.ok(!history.canUndo);
});
