import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatAge, formatDuration, formatSize, formatSpeed, formatTimecode, formatTimeLeft,
  parseTimecode,
} from "../../../static/src/shared/time.js";

test("durations are as short as they can be", () => {
  assert.equal(formatDuration(7_200), "0:07");
  assert.equal(formatDuration(204_000), "3:24");
  assert.equal(formatDuration(3_729_000), "1:02:09");
  assert.equal(formatDuration(59_700), "1:00");
  assert.equal(formatDuration(null), "");
  assert.equal(formatDuration(Number.NaN), "");
});

test("a timecode written is the timecode read", () => {
  for (const seconds of [0, 0.001, 1.5, 67.25, 3599.999, 3600, 86_399.123]) {
    assert.equal(parseTimecode(formatTimecode(seconds)), seconds);
  }
});

test("timecodes are read as people type them", () => {
  assert.equal(parseTimecode("67.25"), 67.25);
  assert.equal(parseTimecode("67,25"), 67.25);
  assert.equal(parseTimecode(" 1:07.5 "), 67.5);
  assert.equal(parseTimecode("00:01:07.250"), 67.25);
  assert.equal(parseTimecode("90:00"), 5400);
});

test("what is no time is refused", () => {
  for (const text of ["", "abc", "-1", "1:2:3:4", "1e3", "NaN", "1:-2"]) {
    assert.equal(parseTimecode(text), null, text);
  }
});

test("nothing strange comes of strange numbers", () => {
  assert.equal(formatTimecode(-3), "00:00:00.000");
  assert.equal(formatTimecode(Infinity), "00:00:00.000");
  assert.equal(formatTimecode(59.9996), "00:01:00.000");
});

test("sizes and speeds keep three figures at most", () => {
  assert.equal(formatSize(0), "0 B");
  assert.equal(formatSize(999), "999 B");
  assert.equal(formatSize(999_600), "1.0 MB");
  assert.equal(formatSize(2_811_553), "2.8 MB");
  assert.equal(formatSize(430_000_000), "430 MB");
  assert.equal(formatSize(undefined), "");
  assert.equal(formatSpeed(4_300_000), "4.3 MB/s");
  assert.equal(formatSpeed(0), "");
});

test("time left is said roughly", () => {
  assert.equal(formatTimeLeft(2), "a few seconds left");
  assert.equal(formatTimeLeft(31), "35 s left");
  assert.equal(formatTimeLeft(58), "1 min left");
  assert.equal(formatTimeLeft(3_299), "55 min left");
  assert.equal(formatTimeLeft(3_590), "1 h left");
  assert.equal(formatTimeLeft(5_400), "1 h 30 min left");
  assert.equal(formatTimeLeft(7_199), "2 h left");
  assert.equal(formatTimeLeft(null), "");
  assert.equal(formatTimeLeft(Infinity), "");
});

test("age is told from now", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  const ago = (minutes) => new Date(now - minutes * 60_000).toISOString();
  assert.equal(formatAge(ago(0.5), now), "just now");
  assert.equal(formatAge(ago(12), now), "12 min ago");
  assert.equal(formatAge(ago(125), now), "2 h ago");
  assert.equal(formatAge(ago(60 * 30), now), "yesterday");
  assert.equal(formatAge(ago(60 * 24 * 3), now), "3 days ago");
  assert.match(formatAge(ago(60 * 24 * 400), now), /2025/);
  assert.equal(formatAge("nonsense", now), "");
});
