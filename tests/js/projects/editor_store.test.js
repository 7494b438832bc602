import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { EditorStore } from "../../../static/src/projects/editor_store.js";
import { appendClip, removeClip, trimEnd } from "../../../static/src/projects/edits.js";

let store;

beforeEach(() => {
  const empty = { duration: 0, clips: [], text_overlays: [] };
  const timeline = appendClip(empty, { id: "c", asset: "a", duration: 10 });
  store = new EditorStore({ name: "n", timeline, settings: { frame_rate: 25 } });
});

test("a drag is shown, but only its end is a step", () => {
  const shown = [];
  store.watchDocument(({ timeline }) => shown.push(timeline.duration));
  for (const to of [9, 8, 7]) store.preview((tl) => trimEnd(tl, { id: "c", to }));
  store.cancelPreview();
  store.edit("Trim", (tl) => trimEnd(tl, { id: "c", to: 7 }));
  assert.deepEqual(shown, [10, 9, 8, 7, 10, 7]);
  store.undo();
  assert.equal(store.timeline.duration, 10);
  assert.equal(store.state.get().undoLabel, "");
  assert.equal(store.state.get().redoLabel, "Trim");
});

test("a document that is only previewed is never the one to save", () => {
  const saved = [];
  store.watch((state) => state.document, (document) => saved.push(document));
  store.preview((tl) => trimEnd(tl, { id: "c", to: 5 }));
  assert.equal(saved.length, 1);
});

test("what is gone is not selected, and the playhead stays inside", () => {
  store.select({ kind: "clip", id: "c" });
  store.setTime(9);
  store.edit("Delete", (tl) => removeClip(tl, "c"));
  assert.equal(store.selection, null);
  assert.equal(store.time, 0);
  store.undo();
  assert.equal(store.timeline.clips.length, 1);
});

test("neither side of a conflict is lost", () => {
  const mine = store.document;
  const theirs = { ...mine, name: "theirs" };
  store.adopt("Load theirs", theirs);
  store.undo();
  assert.equal(store.document.name, "n");
  store.redo();
  store.remember("Keep mine", mine);
  assert.equal(store.document.name, "theirs");
  store.undo();
  assert.equal(store.document, mine);
});

test("the playhead keeps to the timeline", () => {
  store.setTime(99);
  assert.equal(store.time, 10);
  store.setTime(-1);
  assert.equal(store.time, 0);
});
