import assert from "node:assert/strict";
import { test } from "node:test";
import {
  MAX_ZOOM, MIN_ZOOM, rulerLabel, rulerSteps, shareOf, zoomOf, zoomToFit,
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
