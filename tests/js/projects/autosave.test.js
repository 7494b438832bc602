import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { FakeTimers, settle } from "../shared/fakes.js";
import { Autosave } from "../../../static/src/projects/autosave.js";
import { ApiError, OfflineError } from "../../../static/src/shared/http.js";

let timers;
let sent;
let answer;
let states;
let draft;
let saver;

const FIRST = { name: "a", timeline: { clips: [] }, settings: {} };

before(() => {
  globalThis.document ??= { getElementById: () => null };
});

beforeEach(() => {
  timers = new FakeTimers();
  sent = [];
  states = [];
  draft = null;
  answer = async ({ revision }) => ({ revision: revision + 1 });
  saver = new Autosave({
    document: FIRST,
    revision: 3,
    timers,
    send: (body) => {
      sent.push(body);
      return answer(body);
    },
    drafts: { write: (value) => (draft = value), clear: () => (draft = null) },
    onState: (state, detail) => states.push([state, detail]),
  });
});

test("a pause after the edits sends what changed, once", async () => {
  saver.changed({ ...FIRST, name: "b" });
  await timers.pass(500);
  saver.changed({ ...FIRST, name: "c" });
  await timers.pass(500);
  assert.equal(sent.length, 0);
  await timers.pass(500);
  assert.deepEqual(sent, [{ name: "c", revision: 3 }]);
  assert.equal(saver.revision, 4);
  assert.equal(saver.state, "saved");
  assert.equal(draft, null);
});

test("an edit during a save is sent after it, on the new revision", async () => {
  let finish;
  answer = () => new Promise((resolve) => (finish = resolve));
  const second = { ...FIRST, name: "b", timeline: { clips: [1] } };
  saver.changed({ ...FIRST, name: "b" });
  await timers.pass(800);
  saver.changed(second);
  answer = async ({ revision }) => ({ revision: revision + 1 });
  finish({ revision: 4 });
  await timers.pass(1_000);
  assert.deepEqual(sent.at(-1), { timeline: second.timeline, revision: 4 });
  assert.equal(saver.state, "saved");
});

test("offline edits stay in the browser and go out when the server is back", async () => {
  answer = async () => {
    throw new OfflineError();
  };
  saver.changed({ ...FIRST, name: "b" });
  await timers.pass(3_000);
  assert.equal(saver.state, "offline");
  assert.equal(draft.document.name, "b");
  assert.equal(draft.revision, 3);
  answer = async ({ revision }) => ({ revision: revision + 1 });
  await timers.pass(10_000);
  assert.equal(saver.state, "saved");
  assert.equal(draft, null);
});

test("retries come ever more slowly", async () => {
  answer = async () => {
    throw new ApiError(503, {});
  };
  saver.changed({ ...FIRST, name: "b" });
  await timers.pass(60_000);
  assert.ok(sent.length >= 5 && sent.length <= 7, String(sent.length));
});

test("a conflict stops the saving and hands over the other version", async () => {
  const theirs = { name: "theirs", revision: 9 };
  answer = async () => {
    throw new ApiError(409, { code: "revision_conflict", current: theirs });
  };
  saver.changed({ ...FIRST, name: "mine" });
  await timers.pass(800);
  assert.deepEqual(states.at(-1), ["conflict", theirs]);
  saver.changed({ ...FIRST, name: "mine too" });
  await timers.pass(60_000);
  assert.equal(sent.length, 1, "nothing is overwritten without being asked");

  answer = async ({ revision }) => ({ revision: revision + 1 });
  const other = { ...FIRST, name: "theirs", timeline: { clips: [1] } };
  await saver.keepMine(other, 9);
  const { timeline } = FIRST;
  assert.deepEqual(sent.at(-1), { name: "mine too", timeline, revision: 9 }, "mine, all of it");
  assert.equal(saver.state, "saved");
});

test("taking theirs makes it the saved document", async () => {
  const theirs = { ...FIRST, name: "theirs" };
  saver.changed({ ...FIRST, name: "mine" });
  saver.accept(theirs, 9);
  saver.changed(theirs);
  await timers.pass(5_000);
  assert.equal(saver.dirty, false);
  assert.equal(sent.length, 0);
  assert.equal(saver.revision, 9);
});

test("a refused document is said, kept, and tried again only after an edit", async () => {
  answer = async () => {
    throw new ApiError(400, { code: "invalid", detail: "Too long." });
  };
  saver.changed({ ...FIRST, name: "b" });
  await timers.pass(30_000);
  assert.equal(saver.state, "refused");
  assert.equal(sent.length, 1);
  assert.notEqual(draft, null);
});

test("flush waits for a save that is under way and tells whether all is saved", async () => {
  let finish;
  answer = () => new Promise((resolve) => (finish = resolve));
  saver.changed({ ...FIRST, name: "b" });
  await timers.pass(800);
  let flushed = null;
  saver.flush().then((value) => (flushed = value));
  await settle();
  assert.equal(flushed, null);
  finish({ revision: 4 });
  await settle();
  assert.equal(flushed, true);
  assert.equal(sent.length, 1);
});

test("undoing back to the saved document saves that too", async () => {
  saver.changed({ ...FIRST, name: "b" });
  await timers.pass(900);
  saver.changed(FIRST);
  await timers.pass(900);
  assert.equal(sent.at(-1).name, "a");
});
