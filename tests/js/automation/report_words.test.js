import assert from "node:assert/strict";
import { test } from "node:test";
import { adviceFor, checksOf } from "../../../static/src/automation/report_words.js";

const report = {
  frames_in: 1003,
  frames_out: 1003,
  av_difference_ms: 0,
  frame_ms: 80,
  boundaries: [{ sample: 1, error_samples: 0, step_lu: 0.2 }, { sample: 2, error_samples: null, step_lu: null }],
  max_boundary_error_samples: 0,
  max_loudness_step_lu: 0.2,
  peak_dbfs: -3.05,
  video_copied: true,
  kept_original: [],
  flagged: {},
};
const check = (changes, name) => checksOf({ ...report, ...changes }).find((each) => each.name === name);

test("a clean report is all right in every line", () => {
  const checks = checksOf(report);
  assert.equal(checks.length, 6);
  assert.ok(checks.every(({ ok }) => ok));
  assert.equal(check({}, "Frames").value, "1003 of 1003");
});

test("what differs is pointed at", () => {
  assert.equal(check({ frames_out: 1000 }, "Frames").ok, false);
  assert.equal(check({ av_difference_ms: -81 }, "Sound against picture").ok, false);
  assert.equal(check({ av_difference_ms: 12.34 }, "Sound against picture").value, "+12.3 ms");
  assert.equal(check({ max_loudness_step_lu: 1.4 }, "Loudness steps").ok, false);
  assert.equal(check({ max_boundary_error_samples: 960 }, "Drift at the cuts").words, "20.0 ms at most.");
  assert.equal(check({ kept_original: [1, 2] }, "Original sound").words, "Kept in parts 2, 3, which could not be dubbed.");
  assert.equal(check({ flagged: { overrun: [0], short: [] } }, "To listen to").words, "Dubbed, but too long for its place.");
});

test("without a cut nothing is said about cuts", () => {
  assert.equal(check({ boundaries: [] }, "Drift at the cuts"), undefined);
  const silent = [{ sample: 1, error_samples: null, step_lu: null }];
  assert.equal(check({ boundaries: silent }, "Drift at the cuts").words, "Every cut lies in silence; the length is exact.");
});

test("advice follows from what went wrong", () => {
  const of = (error) => adviceFor({ code: "x", failed_chunks: [], recoverable: false, ...error });
  assert.equal(of({ code: "engine_key_missing" }).needs, "key");
  assert.equal(of({ code: "budget_reached" }).needs, "budget");
  assert.match(of({ code: "quota_exceeded" }).advice, /Top up/);
  assert.equal(of({ failed_chunks: [1], recoverable: true }).advice, "");
  assert.match(of({ recoverable: true }).advice, /may well help/);
  assert.equal(of({}).advice, "");
});
