import assert from "node:assert/strict";
import { test } from "node:test";
import { exportedFrame, renderWish } from "../../../static/src/projects/model/wish.js";

const plain = { preset: "project", loudness: "", range: null, duration: 10 };

test("what the project decides is not asked for", () => {
  assert.deepEqual(renderWish(plain), {});
});

test("a preset, a loudness and a part are asked for, the part as long as there is one", () => {
  const range = { start: 1.23456, end: 12 };
  assert.deepEqual(renderWish({ ...plain, preset: "720p", loudness: "-14", range }), {
    preset: "720p", loudness_lufs: -14, start_time: 1.235, end_time: 10,
  });
});

test("a GIF has no loudness", () => {
  assert.deepEqual(renderWish({ ...plain, preset: "gif", loudness: "-16" }), { preset: "gif" });
});

test("the frame of an export follows from its preset", () => {
  const frame = (preset, width = 1280, height = 720) => {
    const found = exportedFrame(preset, { resolution: { width, height }, frame_rate: 25 });
    return found && [found.width, found.height, found.rate];
  };
  assert.deepEqual(frame("project"), [1280, 720, 25]);
  assert.deepEqual(frame("1080p"), [1920, 1080, 25]);
  assert.deepEqual(frame("720p", 1080, 1920), [720, 1280, 25]);
  assert.deepEqual(frame("720p", 768, 432), [1280, 720, 25]);
  assert.deepEqual(frame("vertical"), [1080, 1920, 25]);
  assert.deepEqual(frame("gif"), [480, 270, 12]);
  assert.equal(frame("audio"), null);
  assert.equal(frame("match_source"), null);
});
