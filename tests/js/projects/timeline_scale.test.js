import assert from "node:assert/strict";
import { test } from "node:test";
import { visibility } from "../../../static/src/projects/preview/text_visibility.js";
import {
  MAX_ZOOM, MIN_ZOOM, rulerLabel, rulerSteps, shareOf, snap, zoomOf, zoomToFit,
} from "../../../static/src/projects/timeline/scale.js";

test("labels of the ruler never touch, at any zoom", () => {
  for (let zoom = MIN_ZOOM; zoom <= MAX_ZOOM; zoom *= 1.1) {
    const { major, minor } = rulerSteps(zoom);
    assert.ok(major * zoom >= 84 || major === 3600);
    const perMajor = major / minor;
    assert.ok(Math.abs(perMajor - Math.round(perMajor)) < 1e-9);
  }
});

test("labels say as much as the zoom shows", () => {
  assert.equal(rulerLabel(0.5, 0.5), "0:00.5");
  assert.equal(rulerLabel(75, 5), "1:15");
  assert.equal(rulerLabel(3_725, 60), "1:02:05");
});

test("the slider and the zoom are each other's inverse", () => {
  for (const share of [0, 0.25, 0.5, 1]) {
    assert.ok(Math.abs(shareOf(zoomOf(share)) - share) < 1e-9);
  }
});

test("a timeline that fits leaves room to catch its last edge", () => {
  const zoom = zoomToFit(30, 1000);
  assert.ok(30 * zoom < 1000);
  assert.equal(zoomToFit(100_000, 1000), MIN_ZOOM);
  assert.equal(zoomToFit(0, 1000), MAX_ZOOM);
});

test("snapping takes the nearest in reach", () => {
  assert.equal(snap(4.9, [0, 5, 5.05], 0.2), 5);
  assert.equal(snap(4.5, [0, 5], 0.2), 4.5);
});

test("a text fades in and out and is gone at its end", () => {
  const text = { start_time: 2, end_time: 6, animation: { fade_in: 1, fade_out: 2 } };
  const at = (time) => visibility(text, time);
  assert.deepEqual([at(1.9), at(2), at(2.5), at(3.5), at(5), at(6)], [0, 0, 0.5, 1, 0.5, 0]);
  assert.equal(visibility({ ...text, animation: null }, 2), 1);
});

test("fades that do not fit are shortened in proportion, as in the render", () => {
  const text = { start_time: 0, end_time: 2, animation: { fade_in: 3, fade_out: 1 } };
  assert.equal(visibility(text, 0.75), 0.5);
  assert.equal(visibility(text, 1.5), 1);
  assert.equal(visibility(text, 1.75), 0.5);
});
