import assert from "node:assert/strict";
import { test } from "node:test";
import { EVENTS } from "../../../static/src/shared/constants.js";
import { catchUp } from "../../../static/src/shared/heard.js";

test("a page asks at once, and again when events begin to be heard", () => {
  globalThis.document = new EventTarget();
  const connection = (mode) =>
    document.dispatchEvent(new CustomEvent(EVENTS.CONNECTION, { detail: { mode } }));
  let asked = 0;
  catchUp(() => (asked += 1), { signal: new AbortController().signal });
  assert.equal(asked, 1);
  connection("waiting");
  assert.equal(asked, 1);
  connection("live");
  connection("live");
  assert.equal(asked, 2, "later gaps are told as resync");
  delete globalThis.document;
});
