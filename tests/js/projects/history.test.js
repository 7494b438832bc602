import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { EditHistory } from "../../../static/src/projects/model/history.js";
import { apply, collide, diff, merged } from "../../../static/src/projects/model/patches.js";

const base = {
  name: "n",
  settings: { frame_rate: 25, resolution: { width: 2, height: 2 } },
  timeline: {
    duration: 9,
    clips: [{ id: "a", position: 0 }, { id: "b", position: 4, effects: [] }],
    text_overlays: [{ id: "t", text: "T" }, { id: "u", text: "U" }],
  },
};
const withClips = (clips) => ({ ...base, timeline: { ...base.timeline, clips } });
const withTexts = (texts) => ({ ...base, timeline: { ...base.timeline, text_overlays: texts } });

const there = (before, after) => {
  const patch = structuredClone(diff(before, after));
  assert.deepEqual(apply(before, patch), after);
  assert.deepEqual(apply(after, patch, "before"), before);
  return patch;
};

test("patches say only what changed, and work both ways", () => {
  const moved = withClips([{ id: "a", position: 1 }, base.timeline.clips[1]]);
  assert.deepEqual(there(base, moved), [[["timeline", "clips", "#a", "position"], 0, 1]]);
  there(base, withClips([base.timeline.clips[0]]));
  there(base, withClips([...base.timeline.clips, { id: "c", position: 9 }]));
  there(base, withTexts([...base.timeline.text_overlays].reverse()));
  there(base, withTexts([base.timeline.text_overlays[1]]));
  there(base, { ...base, settings: { ...base.settings, resolution: { width: 4, height: 2 } } });
  assert.deepEqual(diff(base, structuredClone(base)), []);
});

test("what follows from the rest is not compared", () => {
  const longer = { ...base, timeline: { ...base.timeline, duration: 99 } };
  assert.deepEqual(diff(base, longer), []);
});

test("changes of different things are merged, of the same thing not", () => {
  const mine = withClips([{ id: "a", position: 1 }, base.timeline.clips[1]]);
  const theirs = { ...withTexts([base.timeline.text_overlays[0]]), name: "other" };
  const both = merged(base, mine, theirs);
  assert.equal(both.name, "other");
  assert.equal(both.timeline.clips[0].position, 1);
  assert.equal(both.timeline.text_overlays.length, 1);
  const same = withClips([{ id: "a", position: 2 }, base.timeline.clips[1]]);
  assert.equal(merged(base, mine, same), null);
  const removed = withClips([base.timeline.clips[1]]);
  assert.ok(collide(diff(base, mine), diff(base, removed)));
});

let clock;
let history;
beforeEach(() => {
  clock = 0;
  history = new EditHistory({ now: () => clock });
});
const named = (name) => ({ ...base, name });

test("undo and redo walk over the steps", () => {
  history.push({ label: "one", before: named("0"), after: named("1") });
  history.push({ label: "two", before: named("1"), after: named("2") });
  assert.equal(history.undo(named("2")).name, "1");
  assert.deepEqual([history.undoLabel, history.redoLabel], ["one", "two"]);
  assert.equal(history.undo(named("1")).name, "0");
  assert.equal(history.undo(named("0")), null);
  assert.equal(history.redo(named("0")).name, "1");
  history.push({ label: "other", before: named("1"), after: named("x") });
  assert.equal(history.redo(named("x")), null);
  assert.equal(history.length, 2);
});

test("quick steps with one key are one, until the run is sealed", () => {
  const push = (from, to) =>
    history.push({ label: "w", before: named(from), after: named(to), key: "k" });
  push("0", "1");
  clock += 500;
  push("1", "2");
  assert.equal(history.length, 1);
  assert.equal(history.undo(named("2")).name, "0");
  history.redo(named("0"));
  push("2", "3");
  assert.equal(history.length, 2);
  clock += 5000;
  push("3", "4");
  assert.equal(history.length, 3);
});

test("steps that were kept elsewhere come back", () => {
  const kept = [];
  const first = new EditHistory({
    keep({ position, step }) {
      kept.length = step ? position - 1 : kept.length;
      if (step) kept.push(structuredClone(step));
    },
  });
  for (let each = 0; each < 600; each += 1) {
    first.push({ label: `${each}`, before: named(`${each}`), after: named(`${each + 1}`) });
  }
  history.restore(kept, 600);
  let document = named("600");
  for (let each = 0; each < 600; each += 1) document = history.undo(document);
  assert.equal(document.name, "0");
  assert.equal(history.undo(document), null);
});
