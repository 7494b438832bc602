import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, isTransient } from "../../../static/src/shared/http.js";
import { browserTransport } from "../../../static/src/uploads/transport.js";

/** Sends a part to a storage that answers like this; null is no answer at all. */
async function refused(answer) {
  globalThis.XMLHttpRequest = class extends EventTarget {
    upload = new EventTarget();
    open() {}
    setRequestHeader() {}
    send() {
      Object.assign(this, answer);
      this.dispatchEvent(new Event(answer ? "load" : "error"));
    }
  };
  const part = {
    url: "https://bucket.example/part",
    method: "PUT",
    body: new Blob(["a"]),
    onProgress: () => {},
    signal: new AbortController().signal,
  };
  try {
    await browserTransport.put(part);
  } catch (error) {
    return error;
  } finally {
    delete globalThis.XMLHttpRequest;
  }
  return null;
}

test("our own server's reason is shown, such as a full disk", async () => {
  const problem = { code: "disk_full", detail: "The server's disk is full.", status: 507 };
  const error = await refused({ status: 507, responseText: JSON.stringify(problem) });
  assert.ok(error instanceof ApiError);
  assert.equal(error.message, "The server's disk is full.");
  assert.deepEqual([error.code, error.status], ["disk_full", 507]);
});

test("a bucket's refusal is told with its status", async () => {
  const error = await refused({ status: 403, responseText: "<Error><Code>AccessDenied</Code></Error>" });
  assert.match(error.message, /refused a part of it \(403\)/);
});

test("a storage that pages cannot reach, as without CORS, says how to find out why", async () => {
  const error = await refused(null);
  assert.match(error.message, /manage\.py checkstorage/);
  assert.ok(isTransient(error));
});
