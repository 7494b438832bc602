import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { History } from "../../../static/src/shared/commands.js";

let now;
let history;

beforeEach(() => {
  now = 0;
  history = new History({ now: () => now });
});

const step = (before, after, key = null) =>
  history.push({ label: `to ${after}`, before, after, key });

test("undo and redo go through the steps", () => {
  step("a", "b");
  step("b", "c");
  assert.equal(history.undo(), "b");
  assert.equal(history.undo(), "a");
  assert.equal(history.undo(), null);
  assert.equal(history.redo(), "b");
  assert.equal(history.redo(), "c");
  assert.equal(history.redo(), null);
});

test("a new step forgets what was undone", () => {
  step("a", "b");
  history.undo();
  step("a", "x");
  assert.equal(history.canRedo, false);
  assert.equal(history.undo(), "a");
});

test("quick steps with one key are one step", () => {
  step("a", "b", "size");
  now += 100;
  step("b", "c", "size");
  assert.equal(history.undo(), "a");
  assert.equal(history.redo(), "c");
});

test("a pause, another key or a seal begins a new step", () => {
  step("a", "b", "size");
  now += 5_000;
  step("b", "c", "size");
  step("c", "d", "colour");
  history.seal();
  step("d", "e", "colour");
  assert.deepEqual([history.undo(), history.undo(), history.undo(), history.undo()], [
    "d", "c", "b", "a",
  ]);
});

test("a step that was undone and redone takes no more in", () => {
  step("a", "b", "size");
  history.undo();
  history.redo();
  step("b", "c", "size");
  assert.equal(history.undo(), "b");
});

test("the labels say what would be undone and redone", () => {
  step("a", "b");
  assert.equal(history.undoLabel, "to b");
  history.undo();
  assert.equal(history.undoLabel, "");
  assert.equal(history.redoLabel, "to b");
});

test("only so many steps are kept", () => {
  history = new History({ limit: 3, now: () => now });
  for (let index = 0; index < 10; index += 1) step(index, index + 1);
  const undone = [];
  while (history.canUndo) undone.push(history.undo());
  assert.deepEqual(undone, [9, 8, 7]);
});

test("a step that changes nothing is none", () => {
  step("a", "a");
  assert.equal(history.canUndo, false);
});
