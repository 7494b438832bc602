import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addCut,
  isSame,
  MAX_PART,
  MIN_PART,
  moveCut,
  msOf,
  partAt,
  partLengths,
  removeCut,
  samplesOf,
  shifted,
  zoomed,
} from "../../../static/src/automation/cuts.js";

const S = 48_000;
const TOTAL = 60 * S;
const cuts = [
  { sample: 20 * S, confidence: "high" },
  { sample: 40 * S, confidence: "low" },
];

test("a moved cut is marked as moved, the others stay as they are", () => {
  const after = moveCut(cuts, 0, 22 * S + 0.4, TOTAL);
  assert.deepEqual(after[0], { sample: 22 * S, confidence: "moved" });
  assert.equal(after[1], cuts[1]);
  assert.equal(cuts[0].sample, 20 * S);
});

test("a cut stops a second before its neighbours and before the ends", () => {
  assert.equal(moveCut(cuts, 0, 90 * S, TOTAL)[0].sample, 40 * S - MIN_PART);
  assert.equal(moveCut(cuts, 0, -5, TOTAL)[0].sample, MIN_PART);
  assert.equal(moveCut(cuts, 1, 90 * S, TOTAL)[1].sample, TOTAL - MIN_PART);
});

test("a cut without room stays, and so does one that is put where it was", () => {
  const narrow = [{ sample: S, confidence: "high" }, { sample: 2 * S, confidence: "high" }];
  assert.equal(moveCut(narrow, 0, 1.5 * S, 2.5 * S), narrow);
  assert.equal(moveCut(cuts, 0, 20 * S, TOTAL), cuts);
});

test("cuts are added in order, and never within a second of another", () => {
  assert.deepEqual(addCut(cuts, 30 * S, TOTAL).map(({ sample }) => sample / S), [20, 30, 40]);
  assert.equal(addCut(cuts, 20.5 * S, TOTAL), null);
  assert.equal(addCut(cuts, 59.5 * S, TOTAL), null);
  assert.equal(addCut([], 0.5 * S, TOTAL), null);
});

test("removing a cut joins two parts", () => {
  assert.deepEqual(removeCut(cuts, 0, TOTAL), [cuts[1]]);
  assert.equal(partAt(cuts, 41 * S), 2);
  assert.equal(partAt(removeCut(cuts, 0, TOTAL), 41 * S), 1);
});

test("no part becomes longer than what is dubbed in one go", () => {
  const long = [{ sample: MAX_PART, confidence: "high" }];
  assert.equal(removeCut(long, 0, MAX_PART + S), null);
  assert.equal(moveCut(long, 0, MAX_PART + 5 * S, 2 * MAX_PART), long);
});

test("sameness is of places only", () => {
  assert.equal(isSame(cuts, cuts.map((cut) => ({ ...cut, confidence: "moved" }))), true);
  assert.equal(isSame(cuts, removeCut(cuts, 0, TOTAL)), false);
});

test("lengths of parts are found in milliseconds", () => {
  assert.deepEqual(partLengths([cuts[0]], TOTAL), { shortest_ms: 20_000, longest_ms: 40_000 });
  assert.equal(samplesOf(msOf(12_345)), 12_345);
});

test("a view is zoomed around a moment and stays inside the sound", () => {
  assert.deepEqual(zoomed({ start: 0, end: 60_000 }, 2, 30_000, 60_000), { start: 15_000, end: 45_000 });
  assert.deepEqual(zoomed({ start: 0, end: 60_000 }, 2, 0, 60_000), { start: 0, end: 30_000 });
  assert.deepEqual(zoomed({ start: 15_000, end: 45_000 }, 0.1, 30_000, 60_000), { start: 0, end: 60_000 });
  assert.deepEqual(shifted({ start: 10_000, end: 20_000 }, 90_000, 60_000), { start: 50_000, end: 60_000 });
});
