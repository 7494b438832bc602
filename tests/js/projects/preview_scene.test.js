import assert from "node:assert/strict";
import { test } from "node:test";
import { filterSteps, hueRows, vignetteStops } from "../../../static/src/projects/preview/filters.js";
import { exactRate, frameOn } from "../../../static/src/projects/model/frames.js";
import { boxOf, loudnessAt, planesAt, soundsAt, sourceAt } from "../../../static/src/projects/preview/scene.js";
import { clip, sound, timeline } from "./timelines.js";

const pair = (type, direction) =>
  timeline([clip("a", 0, 4, 0), clip("b", 2, 6, 4)], {
    transitions: [{ id: "t", type, direction, duration: 2, from_clip: "a", to_clip: "b" }],
  });
const RATE = 100;
/** In the middle of the frame that begins at a time. */
const planes = (tl, time) => planesAt(tl, time + 0.5 / RATE, RATE);
const shown = (tl, time) => planes(tl, time).map(({ clip: { id }, opacity }) => [id, opacity]);

test("layers lie over one another, and gaps show nothing", () => {
  const layered = timeline([clip("top", 0, 2, 1, { layer: 3 }), clip("low", 0, 4, 0)]);
  assert.deepEqual(shown(layered, 1.5), [["low", 1], ["top", 1]]);
  assert.deepEqual(shown(layered, 3), [["low", 1]]);
  assert.deepEqual(shown(layered, 4), []);
});

test("a dissolve goes around its cut on the handles of both sources", () => {
  const tl = pair("dissolve");
  assert.deepEqual(shown(tl, 2.9), [["a", 1]]);
  assert.deepEqual(shown(tl, 3.5), [["a", 1], ["b", 0.25]]);
  const [, early] = planes(tl, 3.5);
  // The middle of the frame, and a little before what would begin just there.
  assert.ok(Math.abs(sourceAt(early, { duration: 10 }) - 1.503) < 1e-9);
  const [late] = planes(tl, 4.5);
  assert.equal(sourceAt(late, { duration: 4, frame: 0.04 }), 3.96);
  assert.deepEqual(shown(tl, 5), [["b", 1]]);
});

test("a clip begins and ends with the frames nearest to its edges", () => {
  const tl = timeline([clip("a", 0, 1.004, 0.306)]);
  assert.deepEqual(shown(tl, 0.3), []);
  assert.deepEqual(shown(tl, 0.31), [["a", 1]]);
  assert.deepEqual(shown(tl, 1.3), [["a", 1]]);
  assert.deepEqual(shown(tl, 1.31), []);
  // Frame 0 of the clip begins with it, wherever that was rounded to.
  assert.ok(Math.abs(planes(tl, 0.31)[0].at - 0.005) < 1e-9);
});

test("a moment rounded to milliseconds is its frame, at uneven rates too", () => {
  for (const said of [23.976, 25, 29.97, 59.94]) {
    const rate = exactRate(said);
    for (const frame of [0, 1, 2, 7, 1000, 53_999]) {
      assert.equal(frameOn(frame / rate, rate), frame);
      assert.equal(frameOn(Math.round((frame / rate) * 1000) / 1000, rate), frame);
      assert.equal(frameOn((frame + 0.9) / rate, rate), frame);
    }
  }
});

test("fade, wipe and slide move what they should", () => {
  assert.deepEqual(planes(pair("fade"), 3.5).map(({ clip: { id }, dim }) => [id, dim]), [["a", 0.5]]);
  assert.deepEqual(planes(pair("fade"), 4.5).map(({ clip: { id }, dim }) => [id, dim]), [["b", 0.5]]);
  assert.equal(planes(pair("wipe", "left"), 3.5)[1].inset.left, 0.75);
  assert.equal(planes(pair("wipe", "down"), 3.5)[1].inset.bottom, 0.75);
  const [before, after] = planes(pair("slide", "up"), 3.5);
  assert.deepEqual([before.shift.y, after.shift.y], [-0.25, 0.75]);
});

test("a picture fits the frame, then is placed", () => {
  const box = boxOf(clip("a", 0, 1, 0, { transform: { x: 0.25, scale: 0.5, rotation: 90 } }),
    { width: 100, height: 200 }, { width: 1600, height: 900 });
  assert.deepEqual([box.width, box.height, box.x, box.scale, box.rotation, box.opacity],
    [450, 900, 400, 0.5, 90, 1]);
});

test("sound follows volume, mute and fades, and ducks under speech", () => {
  const part = clip("a", 0, 4, 0, { volume: 2, fade_in: 1, fade_out: 2 });
  assert.deepEqual([0.5, 1.5, 3].map((at) => loudnessAt(part, at)), [1, 2, 1]);
  const tl = timeline([clip("a", 0, 4, 0)], { audio_tracks: [sound("m", 0, 9, 0, { duck: true })] });
  assert.deepEqual(soundsAt(tl, 2).map(({ gain }) => gain), [1, 0.3]);
  assert.deepEqual(soundsAt(tl, 5).map(({ gain }) => gain), [1]);
});

test("colours keep their luma where the renderer keeps it", () => {
  for (const degrees of [0, 45, -120]) {
    const rows = hueRows(degrees);
    for (let at = 0; at < 3; at += 1) {
      const luma = 0.2126 * rows[0][at] + 0.7152 * rows[1][at] + 0.0722 * rows[2][at];
      assert.ok(Math.abs(luma - [0.2126, 0.7152, 0.0722][at]) < 1e-9);
    }
  }
  assert.ok(hueRows(0).every((row, index) => Math.abs(row[index] - 1) < 1e-9));
});

test("sharpening is as wide in the picture at every size of it", () => {
  const row = (dots) => {
    const [{ attributes }] = filterSteps([{ type: "sharpen", parameters: { amount: 1 } }], { pixels: 1, dots });
    const kernel = attributes.kernelMatrix.split(" ").map(Number);
    assert.ok(Math.abs(kernel.reduce((sum, each) => sum + each) - 1) < 1e-3);
    return [0, 1, 2, 3, 4].map((x) => [0, 1, 2, 3, 4].reduce((sum, y) => sum + kernel[5 * y + x], 0));
  };
  const spread = (weights) => -weights.reduce((sum, each, x) => sum + each * (x - 2) ** 2, 0);
  assert.deepEqual(row(1).map((each) => Math.round(each * 16)), [-1, -4, 26, -4, -1]);
  for (const dots of [1, 0.7, 0.5, 0.25]) assert.ok(Math.abs(spread(row(dots)) - dots ** 2) < 0.02);
});

test("every effect that the browser can do has steps, in the order given", () => {
  const effects = ["brightness", "contrast", "saturation", "hue", "gamma", "blur", "sharpen", "grayscale", "sepia"]
    .map((type) => ({ type, parameters: {} }));
  const steps = filterSteps(effects, { pixels: 0.5 });
  assert.equal(steps[0].attributes.type, "matrix");
  assert.equal(steps.filter(({ name }) => name === "feGaussianBlur")[0].attributes.stdDeviation, 4);
  assert.deepEqual(filterSteps([{ type: "chroma_key" }], { pixels: 1 }), []);
  assert.equal(vignetteStops(0.5)[0], "rgb(0 0 0 / 0) 0%");
});
