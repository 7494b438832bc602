import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatAbout,
  formatMoney,
  keptWords,
  progressLine,
  routeOf,
  stagesOf,
  statusOf,
} from "../../../static/src/automation/wording.js";
import { job } from "./jobs.js";

test("money is rounded to cents, and never shown as nothing when it is something", () => {
  assert.equal(formatMoney(0), "$0.00");
  assert.equal(formatMoney(0.004), "under $0.01");
  assert.equal(formatMoney(12.5), "$12.50");
  assert.equal(formatMoney(null), "");
});

test("guesses of time are round", () => {
  assert.equal(formatAbout(7), "about 10 s");
  assert.equal(formatAbout(61), "about 1 min");
  assert.equal(formatAbout(59.6 * 60), "about 1 h");
  assert.equal(formatAbout(2 * 3600 + 1790), "about 2 h 30 min");
  assert.equal(formatAbout(3600 + 58 * 60), "about 2 h");
});

test("a job that waits for its owner says so before anything else", () => {
  assert.deepEqual(statusOf(job({ is_paused: true, awaits_review: true })), {
    name: "Waits for you",
    tone: "waiting",
  });
  assert.equal(statusOf(job({ is_paused: true })).tone, "paused");
  assert.equal(statusOf(job({ state: "failed", status: "failed" })).tone, "failed");
  assert.equal(statusOf(job()).name, "Dubbing");
});

test("stages before the present one are done, those after it are not", () => {
  const states = stagesOf(job()).map(({ state }) => state);
  assert.deepEqual(states, ["done", "done", "now", "todo", "todo"]);
  assert.equal(stagesOf(job())[2].words, "3 of 8 parts · 2 under way · 1 failed");
});

test("while the sound is cut, it says how far that is", () => {
  const progress = { ...job().progress, stage: "chunk" };
  const cutting = { ...progress, chunking: { total_chunks: 4, processed: 1, current_chunk: 1 } };
  assert.equal(stagesOf(job({ progress: cutting }))[1].words, "1 of 4 parts");
  assert.equal(stagesOf(job({ progress }))[1].words, "4 parts");
});

test("a failed job marks the stage that failed, a finished one none", () => {
  const failed = job({ state: "failed", error: { stage: "merge", message: "", failed_chunks: [] } });
  assert.deepEqual(
    stagesOf(failed).map(({ state }) => state),
    ["done", "done", "done", "failed", "todo"],
  );
  const done = stagesOf(job({ state: "succeeded" }));
  assert.ok(done.every(({ state }) => state === "done"));
});

test("the line of progress says what is spent of the budget", () => {
  assert.equal(progressLine(job()), "43 % · 2 min left · $0.20 of $5.00 spent");
  assert.equal(progressLine(job({ is_paused: true })), "43 % · $0.20 of $5.00 spent");
});

test("languages and parts are named as people count them", () => {
  const names = new Map([["en", "English"], ["es", "Spanish"]]);
  assert.equal(routeOf(job().config, names), "English → Spanish, ca");
  const output = (language_name, ...kept_original) => ({ language_name, kept_original });
  assert.equal(keptWords([output("Spanish", 0)]), "Part 1 keeps the original sound.");
  assert.equal(keptWords([output("Spanish", 1, 4)]), "Parts 2, 5 keep the original sound.");
  assert.equal(
    keptWords([output("German"), output("Spanish", 1)]),
    "Part 2 in Spanish keeps the original sound.",
  );
  assert.equal(keptWords([output("German")]), "");
});
