import assert from "node:assert/strict";
import { test } from "node:test";
import { split } from "../../../static/src/projects/model/cutting.js";
import * as placing from "../../../static/src/projects/model/placing.js";
import { clip, shape, sound, text, timeline } from "./timelines.js";

const item = (id, kind = "clip") => ({ kind, id });
const three = () => timeline([clip("a", 0, 4, 0), clip("b", 0, 4, 4), clip("c", 0, 4, 8)]);
const starts = ({ clips }) => Object.fromEntries(clips.map((each) => [each.id, each.position]));

test("a clip put before another changes places with it", () => {
  const next = placing.move(three(), { items: [item("c")], by: -7.5 });
  assert.deepEqual(starts(next), { c: 0.5, a: 4.5, b: 8.5 });
  const back = placing.move(three(), { items: [item("a")], by: 6.5 });
  assert.deepEqual(starts(back), { b: 4, a: 8, c: 12 });
});

test("moving into free room moves nothing else, and never before zero", () => {
  const next = placing.move(three(), { items: [item("c")], by: 5 });
  assert.deepEqual(starts(next), { a: 0, b: 4, c: 13 });
  assert.deepEqual(starts(placing.move(three(), { items: [item("a")], by: -5 })), starts(three()));
});

test("parts of several kinds move together across layers and lanes", () => {
  const start = timeline([clip("a", 0, 4, 2), clip("b", 0, 4, 2, { layer: 1 })], {
    audio_tracks: [sound("s", 0, 4, 3)],
    text_overlays: [text("t", 1, 2)],
  });
  const items = [item("a"), item("b"), item("s", "audio"), item("t", "text")];
  const next = placing.move(start, { items, by: 2, rows: 3 });
  assert.deepEqual(next.clips.map(({ layer, position }) => [layer, position]), [[3, 4], [4, 4]]);
  assert.deepEqual([next.audio_tracks[0].track, next.audio_tracks[0].position], [3, 5]);
  assert.deepEqual([next.text_overlays[0].start_time, next.text_overlays[0].end_time], [3, 4]);
  const top = placing.move(start, { items, by: 0, rows: 20 });
  assert.deepEqual(top.clips.map(({ layer }) => layer), [8, 9]);
});

test("inserting at a time cuts what lies across and moves the rest", () => {
  const part = placing.newClip({ id: "n", asset: "x", duration: 2, position: 5 });
  const next = placing.insertAt(three(), "clip", part, { splitPart: split });
  const order = [...next.clips].sort((one, other) => one.position - other.position);
  assert.deepEqual(order.map(({ position, duration }) => [position, duration]),
    [[0, 4], [4, 1], [5, 2], [7, 3], [10, 4]]);
});

test("deleting leaves a gap, ripple delete closes it", () => {
  assert.deepEqual(starts(placing.remove(three(), [item("b")])), { a: 0, c: 8 });
  const items = [item("a"), item("b")];
  assert.deepEqual(starts(placing.remove(three(), items, { ripple: true })), { c: 0 });
  const above = timeline([clip("a", 0, 4, 0, { layer: 1 }), clip("b", 0, 4, 4, { layer: 1 })]);
  const story = { ripple: true, storyOnly: true };
  assert.deepEqual(starts(placing.remove(above, [item("a")], story)), { b: 4 });
  assert.deepEqual(starts(placing.remove(three(), [item("a")], story)), { b: 0, c: 4 });
});

test("a gap is closed where it is, a filled place stays", () => {
  const gap = placing.remove(three(), [item("b")]);
  assert.deepEqual(starts(placing.closeGap(gap, { row: 0, at: 5 })), { a: 0, c: 4 });
  assert.equal(placing.closeGap(gap, { row: 0, at: 1 }), gap);
  assert.equal(placing.closeGap(gap, { row: 0, at: 50 }), gap);
});

test("copies get ids of their own, groups and transitions of their own", () => {
  const start = timeline(
    [clip("a", 0, 4, 0, { group: "g" }), clip("b", 0, 4, 4, { group: "g" })],
    { transitions: [{ id: "t", type: "fade", duration: 1, from_clip: "a", to_clip: "b" }] },
  );
  const { timeline: next, made } = placing.duplicate(start, [item("a"), item("b")]);
  assert.deepEqual(next.clips.map(({ position }) => position), [0, 4, 8, 12]);
  assert.equal(new Set(next.clips.map(({ id }) => id)).size, 4);
  assert.equal(next.clips[2].group, next.clips[3].group);
  assert.notEqual(next.clips[2].group, "g");
  assert.deepEqual(next.transitions.map(({ from_clip: from }) => from), ["a", made[0].id]);
});

test("pasting makes room where something is", () => {
  const copied = placing.copy(three(), [item("a")]);
  const { timeline: next } = placing.paste(three(), copied, 4);
  assert.deepEqual(next.clips.map(({ position }) => position), [0, 8, 12, 4]);
});

test("groups are chosen, moved and taken apart as one", () => {
  const grouped = placing.group(three(), [item("a"), item("c")], "g");
  assert.deepEqual(placing.withGroups(grouped, [item("a")]).map(({ id }) => id), ["a", "c"]);
  const apart = placing.ungroup(grouped, [item("a")]);
  assert.deepEqual(apart.clips.map((each) => each.group ?? null), [null, null, null]);
});

test("sound is detached into a free lane and the picture falls silent", () => {
  const start = timeline([clip("a", 1, 5, 2, { volume: 0.5, fade_in: 1, speed: 2 })], {
    audio_tracks: [sound("m", 0, 20, 0)],
  });
  const next = placing.detachSound(start, "a", "s");
  const made = next.audio_tracks[1];
  assert.deepEqual(
    [made.track, made.position, made.start_time, made.end_time, made.speed, made.volume, made.fade_in],
    [1, 2, 1, 5, 2, 0.5, 1],
  );
  assert.ok(next.clips[0].muted);
  assert.equal(next.clips[0].group, made.group);
  assert.equal(placing.detachSound(next, "a"), next);
});

test("a rubber band finds what lies in it", () => {
  const found = placing.within(three(), { start: 3, end: 5, has: (kind) => kind === "clip" });
  assert.deepEqual(found.map(({ id }) => id), ["a", "b"]);
});

test("free rows are found above what is there", () => {
  const start = timeline([clip("a", 0, 4, 0), clip("b", 0, 4, 0, { layer: 1 })]);
  assert.equal(placing.freeLayer(start, 2, 3), 2);
  assert.equal(placing.freeLayer(start, 4, 5), 0);
  assert.equal(placing.freeTrack(start, 0, 4), 0);
});

test("a clip is appended behind the last of its layer", () => {
  const next = placing.append(three(), "clip", placing.newClip({ id: "n", asset: "x", duration: 3 }));
  assert.equal(starts(next).n, 12);
  assert.deepEqual(shape(next.clips).n, [12, 0, 3]);
  assert.equal(next.duration, 15);
});
