import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { EditorStore } from "../../../static/src/projects/editor_store.js";
import { trimEnd } from "../../../static/src/projects/model/cutting.js";
import { group, remove } from "../../../static/src/projects/model/placing.js";
import { clip, timeline } from "./timelines.js";

let store;
let kept;

beforeEach(() => {
  kept = [];
  const project = { name: "n", timeline: timeline([clip("c", 0, 10, 0)]), settings: { frame_rate: 25 } };
  store = new EditorStore(project, { keep: (change) => kept.push(structuredClone(change)) });
});

const trim = (to) => store.edit("Trim", (tl) => trimEnd(tl, { id: "c", to }));

test("a drag is shown, but only its end is a step", () => {
  const shown = [];
  store.watchDocument((document) => shown.push(document.timeline.duration));
  for (const to of [9, 8, 7]) store.preview((tl) => trimEnd(tl, { id: "c", to }));
  store.cancelPreview();
  trim(7);
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
  store.edit("Delete", (tl) => remove(tl, store.selected));
  assert.deepEqual(store.selected, []);
  assert.equal(store.time, 0);
  store.undo();
  assert.equal(store.timeline.clips.length, 1);
});

test("a group is selected as one, and toggled part by part", () => {
  store.edit("Add", (tl) => ({ ...tl, clips: [...tl.clips, clip("d", 0, 2, 10)] }));
  const [one, two] = ["c", "d"].map((id) => ({ kind: "clip", id }));
  store.edit("Group", (tl) => group(tl, [one, two], "g"));
  store.select(one);
  assert.deepEqual(store.selected.map(({ id }) => id), ["c", "d"]);
  store.toggle(two);
  assert.deepEqual(store.selected.map(({ id }) => id), ["c"]);
  assert.equal(store.only("clip").id, "c");
});

test("neither side of a conflict is lost", () => {
  const theirs = { ...store.document, name: "theirs" };
  store.adopt("Load theirs", theirs);
  store.undo();
  assert.equal(store.document.name, "n");
  store.redo();
  store.remember("Keep mine", { ...theirs, name: "other" });
  assert.equal(store.document.name, "theirs");
  store.undo();
  assert.equal(store.document.name, "other");
});

test("a reloaded page goes on with the steps of the one before", () => {
  trim(8);
  const saved = store.document;
  trim(6);
  const steps = kept.filter(({ step }) => step).map(({ step }) => step);
  const next = new EditorStore(structuredClone(saved));
  next.resume({ steps, position: 1 });
  assert.equal(next.state.get().redoLabel, "Trim");
  next.redo();
  assert.equal(next.timeline.duration, 6);
  next.undo();
  next.undo();
  assert.equal(next.timeline.duration, 10);
});

test("the step of a saved document is known", () => {
  const first = store.document;
  trim(8);
  assert.deepEqual([store.positionOf(first), store.positionOf(store.document)], [0, 1]);
});

test("the playhead keeps to the timeline", () => {
  store.setTime(99);
  assert.equal(store.time, 10);
  store.setTime(-1);
  assert.equal(store.time, 0);
});
