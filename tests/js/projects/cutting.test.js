import assert from "node:assert/strict";
import { test } from "node:test";
import * as cutting from "../../../static/src/projects/model/cutting.js";
import { clip, shape, sound, text, timeline } from "./timelines.js";

const row = () => timeline([clip("a", 0, 10, 0), clip("b", 0, 10, 10), clip("c", 2, 6, 20)]);

test("a trimmed beginning closes the gap with ripple and leaves it without", () => {
  const rippled = cutting.trimStart(row(), { id: "b", to: 4 });
  assert.deepEqual(shape(rippled.clips), { a: [0, 0, 10], b: [10, 4, 10], c: [16, 2, 6] });
  assert.equal(rippled.duration, 20);
  const left = cutting.trimStart(row(), { id: "b", to: 4, ripple: false });
  assert.deepEqual(shape(left.clips), { a: [0, 0, 10], b: [14, 4, 10], c: [20, 2, 6] });
});

test("without ripple a beginning goes no further left than its neighbour", () => {
  const gap = timeline([clip("a", 0, 5, 0), clip("b", 8, 12, 7)]);
  const next = cutting.trimStart(gap, { id: "b", to: 0, ripple: false });
  assert.deepEqual(shape(next.clips).b, [5, 6, 12]);
});

test("an end stops at its source, its neighbour and the shortest clip", () => {
  const past = cutting.trimEnd(row(), { id: "c", to: 99, sourceDuration: 8 });
  assert.deepEqual(shape(past.clips).c, [20, 2, 8]);
  const blocked = cutting.trimEnd(row(), { id: "a", to: 99, ripple: false });
  assert.deepEqual(shape(blocked.clips).a, [0, 0, 10]);
  const short = cutting.trimEnd(row(), { id: "a", to: 0 });
  assert.deepEqual(shape(short.clips), { a: [0, 0, 0.1], b: [0.1, 0, 10], c: [10.1, 2, 6] });
});

test("a trim counts in source seconds at the clip's speed", () => {
  const fast = timeline([clip("a", 0, 10, 0, { speed: 2 }), clip("b", 0, 2, 5)]);
  const next = cutting.trimEnd(fast, { id: "a", to: 6 });
  assert.deepEqual(shape(next.clips), { a: [0, 0, 6], b: [3, 0, 2] });
});

test("ripple moves only its own row, but takes groups along", () => {
  const start = timeline([clip("a", 0, 10, 0), clip("b", 0, 5, 10, { group: "g" })], {
    audio_tracks: [sound("s", 0, 5, 10, { group: "g" }), sound("t", 0, 5, 20)],
    text_overlays: [text("w", 11, 12, { group: "g" })],
  });
  const next = cutting.trimEnd(start, { id: "a", to: 7 });
  assert.equal(shape(next.clips).b[0], 7);
  assert.deepEqual(shape(next.audio_tracks), { s: [7, 0, 5], t: [20, 0, 5] });
  assert.equal(next.text_overlays[0].start_time, 8);
});

test("rolling moves the cut and nothing else", () => {
  const start = timeline([clip("a", 0, 5, 0), clip("b", 3, 8, 5)]);
  const next = cutting.roll(start, { left: "a", right: "b", to: 6, sourceDuration: 20 });
  assert.deepEqual(shape(next.clips), { a: [0, 0, 6], b: [6, 4, 8] });
  const limited = cutting.roll(start, { left: "a", right: "b", to: 0, sourceDuration: 20 });
  assert.deepEqual(shape(limited.clips), { a: [0, 0, 2], b: [2, 0, 8] });
});

test("slipping shows another piece and stays inside the source", () => {
  const next = cutting.slip(row(), { id: "c", by: 3, sourceDuration: 7 });
  assert.deepEqual(shape(next.clips).c, [20, 3, 7]);
  assert.deepEqual(shape(cutting.slip(row(), { id: "c", by: -9 }).clips).c, [20, 0, 4]);
  const same = row();
  assert.equal(cutting.slip(same, { id: "a", by: -1 }), same);
});

test("a split keeps every frame, its fades and the times of its effects", () => {
  const start = timeline([
    clip("a", 0, 10, 0, {
      fade_in: 1,
      fade_out: 2,
      effects: [
        { id: "e", type: "blur", parameters: {}, start_time: 3, end_time: 8 },
        { id: "f", type: "sepia", parameters: {}, start_time: 0, end_time: 2 },
      ],
    }),
  ]);
  const { clips } = cutting.split(start, { id: "a", at: 4, newPartId: "n" });
  assert.deepEqual(shape(clips), { a: [0, 0, 4], n: [4, 4, 10] });
  assert.deepEqual([clips[0].fade_in, clips[0].fade_out], [1, 0]);
  assert.deepEqual([clips[1].fade_in, clips[1].fade_out], [0, 2]);
  assert.deepEqual(
    clips.map((each) => each.effects.map((effect) => [effect.type, effect.start_time, effect.end_time])),
    [[["blur", 3, 4], ["sepia", 0, 2]], [["blur", 0, 4]]],
  );
  assert.equal(cutting.split(start, { id: "a", at: 0.05 }), start);
});

test("the transition behind a split clip goes on from the right half", () => {
  const start = timeline([clip("a", 0, 10, 0), clip("b", 0, 10, 10)], {
    transitions: [{ id: "t", type: "fade", duration: 1, from_clip: "a", to_clip: "b" }],
  });
  const next = cutting.split(start, { id: "a", at: 5, newPartId: "n" });
  assert.deepEqual(next.transitions.map((each) => [each.from_clip, each.to_clip]), [["n", "b"]]);
});

test("everything under the playhead is cut, or only what is chosen", () => {
  const start = timeline([clip("a", 0, 10, 0), clip("b", 0, 10, 0, { layer: 1 })], {
    audio_tracks: [sound("s", 0, 10, 2)],
    text_overlays: [text("t", 1, 9)],
  });
  const all = cutting.splitAll(start, 5);
  assert.equal(all.made.length, 4);
  assert.deepEqual([all.timeline.clips.length, all.timeline.text_overlays.length], [4, 2]);
  const one = cutting.splitAll(start, 5, new Set(["b"]));
  assert.deepEqual([one.timeline.clips.length, one.made[0].kind], [3, "clip"]);
});

test("another speed changes the length, and what follows moves", () => {
  const next = cutting.setSpeed(row(), { id: "a", speed: 2 });
  assert.deepEqual(shape(next.clips), { a: [0, 0, 10], b: [5, 0, 10], c: [15, 2, 6] });
  const slow = cutting.setSpeed(row(), { id: "a", speed: 0.5, ripple: false });
  assert.equal(shape(slow.clips).b[0], 20);
  assert.equal(cutting.setSpeed(row(), { id: "a", speed: 99 }).clips[0].speed, 4);
});

test("edges of a text keep their order and stay after zero", () => {
  const start = timeline([clip("a", 0, 10, 0)], { text_overlays: [text("t", 2, 4)] });
  const late = cutting.timePart(start, { kind: "text", id: "t", start: 9 });
  assert.deepEqual([late.text_overlays[0].start_time, late.text_overlays[0].end_time], [3.9, 4]);
  const early = cutting.timePart(start, { kind: "text", id: "t", start: -3 });
  assert.equal(early.text_overlays[0].start_time, 0);
});
