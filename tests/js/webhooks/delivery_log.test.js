import assert from "node:assert/strict";
import { test } from "node:test";
import { resultOf } from "../../../static/src/webhooks/delivery_log.js";

const delivery = {
  response_status: null, duration_ms: null, attempts: 1, error: null, next_attempt_at: null,
};

test("a delivery says what was answered, why not, and when it is tried next", () => {
  assert.equal(resultOf({ ...delivery, response_status: 200, duration_ms: 12 }), "answer 200 after 12 ms");
  const text = resultOf({
    ...delivery,
    attempts: 3,
    error: { message: "No answer." },
    next_attempt_at: "2026-11-21T10:00:00Z",
  });
  assert.match(text, /^No answer\. · 3 tries · next try at /);
  assert.equal(resultOf({ ...delivery, attempts: 0, next_attempt_at: "2026-11-21T10:00:00Z" }), "");
});
