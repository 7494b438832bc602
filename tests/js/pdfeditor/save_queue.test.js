import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { FakeTimers } from "../shared/fakes.js";
import { merge, SaveQueue } from "../../../static/src/pdfeditor/save_queue.js";
import { ApiError, OfflineError } from "../../../static/src/shared/http.js";

let timers;
let batches;
let answer;
let states;
let conflicts;
let kept;
let queue;

const A = { id: "a", page: "p", type: "text", x: 1, y: 1, content: "one", revision: 1 };

/** A server that takes everything. */
const agree = ({ create, update, delete: removed }) => ({
  results: [
    ...create.map((each) => ({ id: each.id, status: 201, annotation: { ...each, revision: 1 } })),
    ...update.map((each) => ({
      id: each.id, status: 200, annotation: { ...each, revision: each.revision + 1 },
    })),
    ...removed.map(({ id }) => ({ id, status: 204 })),
  ],
});

before(() => {
  globalThis.document ??= { getElementById: () => null };
});

beforeEach(() => {
  timers = new FakeTimers();
  batches = [];
  states = [];
  conflicts = [];
  kept = new Map();
  answer = agree;
  queue = new SaveQueue({
    timers,
    keeper: { put: (id, entry) => kept.set(id, entry), drop: (id) => kept.delete(id) },
    send: async (batch) => {
      batches.push(batch);
      return answer(batch);
    },
    onState: (state) => states.push(state),
    onConflict: (conflict) => conflicts.push(conflict),
  });
});

test("edits of a pause go out together, with the revision they were made on", async () => {
  queue.know(A);
  queue.change("a", { ...A, x: 5 });
  queue.change("b", { id: "b", page: "p", type: "note", content: "new" });
  await timers.pass(400);
  assert.equal(batches.length, 1);
  assert.equal(batches[0].update[0].revision, 1);
  assert.equal(batches[0].update[0].x, 5);
  assert.equal(batches[0].create[0].id, "b");
  assert.equal(queue.state, "saved");
  assert.equal(kept.size, 0);
});

test("an edit during a save is sent after it, on the new revision", async () => {
  queue.know(A);
  let finish;
  answer = (batch) => new Promise((resolve) => (finish = () => resolve(agree(batch))));
  queue.change("a", { ...A, x: 5 });
  await timers.pass(400);
  queue.change("a", { ...A, x: 6 });
  answer = agree;
  finish();
  await timers.pass(400);
  assert.equal(batches.length, 2);
  assert.deepEqual([batches[1].update[0].x, batches[1].update[0].revision], [6, 2]);
  assert.ok(!queue.dirty);
});

test("what was made and deleted before it was sent never reaches the server", async () => {
  queue.change("b", { id: "b", page: "p", type: "note" });
  queue.change("b", null);
  await timers.pass(400);
  assert.deepEqual(batches, []);
  assert.ok(!queue.dirty);
});

test("without a network nothing is lost, and it tries again by itself", async () => {
  answer = () => Promise.reject(new OfflineError());
  queue.know(A);
  queue.change("a", { ...A, x: 5 });
  await timers.pass(400);
  assert.equal(queue.state, "offline");
  assert.equal(kept.get("a").annotation.x, 5);
  answer = agree;
  await timers.pass(2_100);
  assert.equal(queue.state, "saved");
  assert.equal(kept.size, 0);
});

test("edits of an earlier visit are sent with the revision of that visit", async () => {
  queue.know({ ...A, revision: 4, content: "theirs" });
  queue.restore([{ id: "a", annotation: { ...A, x: 9 }, base: A }]);
  await timers.pass(400);
  assert.equal(batches[0].update[0].revision, 1);
});

test("changes of different fields are merged without a question", async () => {
  queue.know(A);
  const theirs = { ...A, content: "theirs", revision: 2 };
  answer = (batch) => {
    answer = agree;
    return { results: [{ id: batch.update[0].id, status: 409, annotation: theirs }] };
  };
  queue.change("a", { ...A, x: 5 });
  await timers.pass(400);
  assert.equal(batches.length, 2);
  const { content, x, revision } = batches[1].update[0];
  assert.deepEqual([content, x, revision], ["theirs", 5, 2]);
  assert.equal(conflicts[0].theirs, null);
});

test("where both changed one field ours stands and theirs is handed out", async () => {
  queue.know(A);
  const theirs = { ...A, x: 99, revision: 2 };
  answer = () => {
    answer = agree;
    return { results: [{ id: "a", status: 409, annotation: theirs }] };
  };
  queue.change("a", { ...A, x: 5 });
  await timers.pass(400);
  assert.equal(conflicts[0].theirs.x, 99);
  assert.equal(batches[1].update[0].x, 5);
});

test("what they changed and we deleted stays", async () => {
  queue.know(A);
  const theirs = { ...A, x: 99, revision: 2 };
  answer = () => ({ results: [{ id: "a", status: 409, annotation: theirs }] });
  queue.change("a", null);
  await timers.pass(400);
  assert.equal(conflicts[0].shown.x, 99);
  assert.ok(!queue.dirty);
});

test("what they deleted and we changed comes back as new", async () => {
  queue.know(A);
  answer = () => {
    answer = agree;
    return { results: [{ id: "a", status: 404 }] };
  };
  queue.change("a", { ...A, x: 5 });
  await timers.pass(400);
  assert.equal(batches[1].create[0].x, 5);
  assert.equal(queue.state, "saved");
});

test("a refused one does not hold up the others, and is kept", async () => {
  answer = (batch) => {
    const all = agree(batch).results;
    return { results: all.map((each) => (each.id === "bad" ? { id: "bad", status: 400, error: { code: "invalid" } } : each)) };
  };
  queue.change("bad", { id: "bad", type: "text" });
  queue.change("good", { id: "good", type: "text" });
  await timers.pass(400);
  assert.equal(queue.state, "refused");
  assert.ok(queue.isWaiting("bad"));
  assert.ok(!queue.isWaiting("good"));
  assert.ok(kept.has("bad"));
});

test("an answer that refuses all says so", async () => {
  answer = () => Promise.reject(new ApiError(400, { code: "invalid", detail: "No." }));
  queue.change("b", { id: "b" });
  await timers.pass(400);
  assert.equal(queue.state, "refused");
});

test("undo back to what the server has sends nothing", async () => {
  queue.know(A);
  queue.change("a", { ...A, x: 5 });
  queue.change("a", { ...A });
  await timers.pass(400);
  assert.deepEqual(batches, []);
  assert.equal(queue.state, "saved");
});

test("merging keeps what only one side changed", () => {
  const { merged, clash } = merge({ x: 1, y: 1 }, { x: 2, y: 1 }, { x: 1, y: 3 });
  assert.deepEqual(merged, { x: 2, y: 3 });
  assert.ok(!clash);
});

test("two that ask to send at once send once", async () => {
  let release;
  const gate = new Promise((resolve) => (release = resolve));
  answer = async (batch) => {
    await gate;
    return agree(batch);
  };
  queue.change("b", { id: "b", page: "p", type: "note", content: "new" });
  const first = queue.flush();
  queue.change("c", { id: "c", page: "p", type: "note", content: "later" });
  const second = queue.flush();
  const third = queue.flush();
  release();
  assert.deepEqual(await Promise.all([first, second, third]), [true, true, true]);
  assert.deepEqual(batches.map(({ create }) => create.map(({ id }) => id)), [["b"], ["c"]]);
});
