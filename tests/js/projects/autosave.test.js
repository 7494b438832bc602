import assert from "node:assert/strict";
import { test } from "node:test";

import { Autosave } from "../../../static/src/projects/autosave.js";

/** An autosave with a clock that the test turns. */
function autosave({ send = async (body) => ({ revision: body.revision + 1 }) } = {}) {
  const states = [];
  let due = null;
  const first = { name: "one" };
  const saver = new Autosave({
    document: first,
    revision: 1,
    send,
    onState: (state) => states.push(state),
    timers: {
      setTimeout: (action) => {
        due = action;
        return 1;
      },
      clearTimeout: () => {
        due = null;
      },
    },
  });
  return { saver, states, first, isDue: () => due !== null };
}

test("an edit is saved with the revision it was made on", async () => {
  const sent = [];
  const { saver, states } = autosave({
    send: async (body) => {
      sent.push(body);
      return { revision: 2 };
    },
  });
  saver.changed({ name: "two" });
  assert.equal(await saver.flush(), true);
  assert.deepEqual(sent, [{ name: "two", revision: 1 }]);
  assert.deepEqual(states, ["waiting", "saving", "saved"]);
  assert.equal(saver.revision, 2);
});

test("undo back to what the server has needs no save and says so", () => {
  const { saver, states, first, isDue } = autosave();
  saver.changed({ name: "two" });
  saver.changed(first);
  assert.deepEqual(states, ["waiting", "saved"]);
  assert.equal(isDue(), false);
});

test("an edit during a save is saved after it", async () => {
  let answer;
  const { saver, states } = autosave({
    send: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  });
  saver.changed({ name: "two" });
  const flushed = saver.flush();
  await Promise.resolve();
  saver.changed({ name: "three" });
  answer({ revision: 2 });
  assert.equal(await flushed, false);
  assert.equal(states.at(-1), "waiting");
});
