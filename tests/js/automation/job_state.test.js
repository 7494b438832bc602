import assert from "node:assert/strict";
import { test } from "node:test";
import { actionsOf, canRedoOne, emptyState, lacksChunks, LOG_LIMIT, reduce } from "../../../static/src/automation/job_state.js";
import { chunk, job } from "./jobs.js";

const start = emptyState(job());
const line = (id, second = 0) => ({
  id: String(id),
  timestamp: new Date(Date.UTC(2026, 10, 21, 4, 0, second)).toISOString(),
  level: "info",
  message: `line ${id}`,
});

test("a newer job replaces the older, an older one that comes late does not", () => {
  const newer = job({ updated_at: "2026-11-21T04:00:05Z", stage: "merge" });
  const after = reduce(start, { type: "job", value: newer });
  assert.equal(after.job.stage, "merge");
  const late = reduce(after, { type: "job", value: job({ stage: "chunk" }) });
  assert.equal(late.job.stage, "merge");
});

test("chunks are kept by language in the order asked for, then by place", () => {
  let state = start;
  for (const value of [
    chunk({ id: "c", language: "ca" }),
    chunk({ id: "b", index: 1, start_sample: 48_000, end_sample: 96_000 }),
    chunk(),
  ]) {
    state = reduce(state, { type: "chunk", value });
  }
  assert.deepEqual(state.chunks.map(({ id }) => id), ["a", "b", "c"]);
  state = reduce(state, { type: "chunk", value: chunk({ id: "b", index: 1, start_sample: 48_000, end_sample: 96_000, state: "complete" }) });
  assert.equal(state.chunks.length, 3);
  assert.equal(state.chunks[1].state, "complete");
});

test("a chunk takes the place of those whose cuts are no more", () => {
  let state = reduce(start, { type: "chunks", value: [chunk(), chunk({ id: "c", language: "ca" })] });
  state = reduce(state, { type: "chunk", value: chunk({ id: "n", end_sample: 60_000 }) });
  assert.deepEqual(state.chunks.map(({ id }) => id), ["n", "c"]);
});

test("the log keeps its last thousand lines, each once", () => {
  let state = start;
  for (let id = 0; id < LOG_LIMIT + 5; id += 1) {
    state = reduce(state, { type: "log", value: line(id) });
  }
  assert.equal(state.lines.length, LOG_LIMIT);
  assert.equal(state.lines[0].id, "5");
  assert.equal(reduce(state, { type: "log", value: line(9) }).lines.length, LOG_LIMIT);
});

test("lines that came while the log was asked for are not lost", () => {
  let state = reduce(start, { type: "log", value: line("new", 9) });
  state = reduce(state, { type: "lines", value: [line("old", 1), line("mid", 5)] });
  assert.deepEqual(state.lines.map(({ id }) => id), ["old", "mid", "new"]);
});

test("chunks that no event told of are asked for", () => {
  assert.equal(lacksChunks(start), true);
  const few = job({ progress: { ...job().progress, dubbing: { total: 1 } } });
  assert.equal(lacksChunks({ job: few, chunks: [chunk()] }), false);
  const review = job({ progress: { ...job().progress, dubbing: { total: 0 } } });
  assert.equal(lacksChunks({ job: review, chunks: [] }), false);
});

test("one part is not dubbed again where that would cost the others too", () => {
  const paid = { usd_per_minute: 0.5 };
  const kept = [chunk({ state: "complete", dub_url: "/a" }), chunk({ state: "failed", dub_url: null })];
  const gone = [chunk({ state: "complete", dub_url: null }), chunk({ state: "complete", dub_url: null })];
  assert.equal(canRedoOne(kept, paid), true);
  assert.equal(canRedoOne(gone, paid), false);
  assert.equal(canRedoOne(gone, { usd_per_minute: 0 }), true);
  assert.equal(canRedoOne(gone.slice(1), paid), true);
});

test("what can be done depends on how the job stands", () => {
  assert.deepEqual(actionsOf(job()), { pause: true, resume: false, cancel: true, retry: false, redo: false });
  assert.deepEqual(actionsOf(job({ is_paused: true })), { pause: false, resume: true, cancel: true, retry: false, redo: true });
  assert.equal(actionsOf(job({ is_paused: true, awaits_review: true })).resume, false);
  const failed = (error) => actionsOf(job({ state: "failed", error: { failed_chunks: [], ...error } })).retry;
  assert.equal(failed({ recoverable: false, stage: "chunk" }), false);
  assert.equal(failed({ recoverable: true, stage: "download" }), true);
  assert.equal(failed({ recoverable: false, stage: "dub" }), true);
  assert.equal(actionsOf(job({ state: "cancelled" })).retry, true);
  assert.equal(actionsOf(job({ state: "succeeded" })).redo, true);
});
