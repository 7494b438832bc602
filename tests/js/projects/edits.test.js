import assert from "node:assert/strict";
import { test } from "node:test";
import * as edits from "../../../static/src/projects/edits.js";

const clip = (id, start, end, position, more = {}) => ({
  id,
  asset: "a",
  start_time: start,
  end_time: end,
  duration: (end - start) / (more.speed ?? 1),
  position,
  layer: 0,
  volume: 1,
  muted: false,
  speed: 1,
  ...more,
});

const text = (id, start, end) => ({
  id,
  text: id,
  start_time: start,
  end_time: end,
  position: { x: 0.5, y: 0.5 },
  style: { ...edits.TEXT_STYLE },
  animation: null,
});

const timeline = (clips, texts = []) => ({
  duration: clips.reduce((end, each) => Math.max(end, edits.clipEnd(each)), 0),
  playhead_time: 0,
  clips,
  text_overlays: texts,
  audio_tracks: [],
  transitions: [],
  markers: [],
});

const spans = ({ clips }) => clips.map(({ position, duration }) => [position, duration]);

test("trimming the beginning shortens the clip where it stands and closes the gap", () => {
  const before = timeline([clip("1", 0, 10, 0), clip("2", 0, 5, 10)]);
  const after = edits.trimStart(before, { id: "1", to: 4 });
  assert.deepEqual(spans(after), [[0, 6], [6, 5]]);
  assert.equal(after.clips[0].start_time, 4);
  assert.equal(after.duration, 11);
  assert.deepEqual(spans(before), [[0, 10], [10, 5]], "the old document is untouched");
});

test("during a drag the shortened clip keeps its end", () => {
  const before = timeline([clip("1", 0, 10, 0)]);
  const after = edits.trimStart(before, { id: "1", to: 4, ripple: false });
  assert.deepEqual(spans(after), [[4, 6]]);
});

test("trimming keeps inside the source and never empties a clip", () => {
  const before = timeline([clip("1", 2, 10, 0)]);
  assert.equal(edits.trimStart(before, { id: "1", to: -5 }).clips[0].start_time, 0);
  assert.equal(edits.trimStart(before, { id: "1", to: 99 }).clips[0].start_time, 9.9);
  const end = (to) => edits.trimEnd(before, { id: "1", to, sourceDuration: 12 }).clips[0].end_time;
  assert.equal(end(99), 12);
  assert.equal(end(0), 2.1);
  assert.equal(edits.trimEnd(before, { id: "1", to: 10 }), before, "no change, same document");
});

test("trimming the end pulls what follows along, by its speed", () => {
  const before = timeline([clip("1", 0, 10, 0, { speed: 2 }), clip("2", 0, 5, 5)]);
  const after = edits.trimEnd(before, { id: "1", to: 6 });
  assert.deepEqual(spans(after), [[0, 3], [3, 5]]);
});

test("milliseconds do not drift over many trims", () => {
  let now = timeline([clip("1", 0, 30, 0)]);
  for (let index = 0; index < 100; index += 1) {
    now = edits.trimStart(now, { id: "1", to: now.clips[0].start_time + 0.1 });
  }
  assert.equal(now.clips[0].start_time, 10);
  assert.equal(now.duration, 20);
});

test("texts stay inside what is left", () => {
  const before = timeline([clip("1", 0, 20, 0)], [text("a", 1, 4), text("b", 8, 12), text("c", 15, 18)]);
  const { text_overlays: texts } = edits.trimEnd(before, { id: "1", to: 10 });
  assert.deepEqual(
    texts.map(({ start_time: start, end_time: end }) => [start, end]),
    [[1, 4], [8, 10], [7, 10]],
  );
});

test("splitting makes two clips that play as the one did", () => {
  const before = timeline([clip("1", 2, 12, 0), clip("2", 0, 5, 10)]);
  const after = edits.splitClip(before, { id: "1", at: 4, newClipId: "n" });
  assert.deepEqual(spans(after), [[0, 4], [4, 6], [10, 5]]);
  assert.equal(after.clips[0].end_time, after.clips[1].start_time);
  assert.equal(edits.splitClip(before, { id: "1", at: 0.05 }), before);
});

test("removing a clip closes the gap", () => {
  const before = timeline([clip("1", 0, 4, 0), clip("2", 0, 5, 4), clip("3", 0, 6, 9)]);
  const after = edits.removeClip(before, "2");
  assert.deepEqual(spans(after), [[0, 4], [4, 6]]);
  assert.equal(after.duration, 10);
});

test("a video is put at the end", () => {
  const empty = timeline([]);
  const one = edits.appendClip(empty, { asset: "x", duration: 3.2 });
  const two = edits.appendClip(one, { asset: "y", duration: 1 });
  assert.deepEqual(spans(two), [[0, 3.2], [3.2, 1]]);
  assert.equal(two.duration, 4.2);
});

test("the clip under the playhead is found, its end excluded", () => {
  const now = timeline([clip("1", 5, 9, 0), clip("2", 0, 5, 4)]);
  assert.equal(edits.clipAt(now, 3.999).id, "1");
  assert.equal(edits.clipAt(now, 4).id, "2");
  assert.equal(edits.clipAt(now, 9), null);
  assert.equal(edits.sourceTime(now.clips[0], 1.5), 6.5);
});

test("a text is added inside the timeline, wherever the playhead is", () => {
  const now = timeline([clip("1", 0, 10, 0)]);
  const at = (time) => {
    const { start_time: start, end_time: end } = edits
      .addText(now, { text: "t", at: time })
      .text_overlays[0];
    return [start, end];
  };
  assert.deepEqual(at(2), [2, 6]);
  assert.deepEqual(at(10), [6, 10]);
  assert.deepEqual(at(9.5), [6, 10]);
});

test("a text cannot end before it begins or after the timeline", () => {
  const now = timeline([clip("1", 0, 10, 0)], [text("a", 2, 6)]);
  const timed = (change) => {
    const [{ start_time: start, end_time: end }] = edits
      .timeText(now, { id: "a", ...change })
      .text_overlays;
    return [start, end];
  };
  assert.deepEqual(timed({ start: 9 }), [5.9, 6]);
  assert.deepEqual(timed({ end: 1 }), [2, 2.1]);
  assert.deepEqual(timed({ end: 99 }), [2, 10]);
  assert.deepEqual(timed({ start: -1 }), [0, 6]);
});

test("a text moves as a whole and stops at the edges", () => {
  const now = timeline([clip("1", 0, 10, 0)], [text("a", 2, 6)]);
  const moved = (to) => edits.moveText(now, { id: "a", to }).text_overlays[0].start_time;
  assert.equal(moved(5), 5);
  assert.equal(moved(8), 6);
  assert.equal(moved(-3), 0);
});

test("changing a part of a text keeps its other parts", () => {
  const now = timeline([], [text("a", 0, 1)]);
  const [after] = edits.changeText(now, "a", { style: { bold: false }, position: { x: 0.2 } })
    .text_overlays;
  assert.equal(after.style.bold, false);
  assert.equal(after.style.color, "#ffffff");
  assert.deepEqual(after.position, { x: 0.2, y: 0.5 });
});

test("a new frame size keeps texts at their share of it, within what may be", () => {
  const project = {
    settings: { resolution: { width: 1280, height: 720 } },
    timeline: timeline([], [text("a", 0, 1)]),
  };
  const size = (height) =>
    edits.resizeFrame(project, { width: 100, height }).timeline.text_overlays[0].style.font_size;
  assert.equal(size(1080), 72);
  assert.equal(size(10), 4);
});

test("overlapping texts get rows of their own", () => {
  const { rows, count } = edits.lanes([text("c", 4, 6), text("a", 0, 5), text("b", 5, 7)]);
  assert.equal(count, 2);
  assert.deepEqual([rows.get("a"), rows.get("b"), rows.get("c")], [0, 0, 1]);
});

test("ids are UUIDs of version 4, each another", () => {
  const ids = new Set(Array.from({ length: 100 }, edits.newId));
  assert.equal(ids.size, 100);
  for (const id of ids) {
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});
