import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { OfflineError } from "../../../static/src/shared/http.js";
import { Upload } from "../../../static/src/uploads/uploader.js";
import { UploadQueue } from "../../../static/src/uploads/upload_queue.js";
import { settle } from "../shared/fakes.js";

const MIB = 1024 * 1024;
const digest = async () => "";

function abortable(signal, promise) {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new DOMException("stopped", "AbortError"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    promise.then(resolve, reject);
  });
}

/** The server and the network: storage that keeps bytes, and faults on demand. */
class FakeTransport {
  calls = [];
  waits = [];
  stored = new Map();
  signatures = 0;
  inFlight = 0;
  mostInFlight = 0;
  partSize = MIB;
  opened = 0;
  held = null;
  opening = null;
  failPut = () => null;
  failComplete = null;

  api = async (path, { method = "GET", body } = {}) => {
    this.calls.push(`${method} ${path}`);
    if (path === "uploads/") {
      await this.opening;
      return this.#open(body);
    }
    if (method === "DELETE") return null;
    if (path.endsWith("/complete/")) {
      if (this.failComplete) throw this.failComplete;
      return { asset: { id: "asset", status: "processing" } };
    }
    if (method === "POST") return { urls: body.numbers.map((number) => this.#sign(number)) };
    const parts = [...this.stored].map(([number, bytes]) => ({
      number,
      size_bytes: bytes.length,
    }));
    return { parts };
  };

  #open({ size_bytes: size }) {
    const count = Math.max(1, Math.ceil(size / this.partSize));
    this.opened += 1;
    return {
      id: this.opened > 1 ? `u${this.opened}` : "u",
      asset: "asset",
      mode: count > 1 ? "multipart" : "single",
      part_size: count > 1 ? this.partSize : size,
      part_count: count,
      max_parallel_parts: 4,
      urls: Array.from({ length: Math.min(count, 4) }, (_, index) => this.#sign(index + 1)),
    };
  }

  #sign(number) {
    this.signatures += 1;
    return { number, url: `part-${number}?${this.signatures}`, method: "PUT", headers: {} };
  }

  put = async ({ url, body, onProgress, signal }) => {
    this.calls.push(`PUT ${url}`);
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    try {
      onProgress(Math.floor(body.size / 2));
      await abortable(signal, this.held ?? settle());
      const error = this.failPut(url);
      if (error) throw error;
      const number = Number(/part-(\d+)/.exec(url)[1]);
      this.stored.set(number, new Uint8Array(await body.arrayBuffer()));
    } finally {
      this.inFlight -= 1;
    }
  };

  wait = async (ms, signal) => {
    this.waits.push(ms);
    await abortable(signal, settle());
  };

  get bytes() {
    const numbers = [...this.stored.keys()].sort((a, b) => a - b);
    return Buffer.concat(numbers.map((number) => this.stored.get(number)));
  }
}

function fileOf(size) {
  const bytes = Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8)) % 251);
  return { file: new File([bytes], "film.mp4", { type: "video/mp4" }), bytes };
}

const refusal = (status) => Object.assign(new Error(`refused ${status}`), { status });

let transport;

beforeEach(() => {
  transport = new FakeTransport();
});

test("a small file goes in one piece", async () => {
  const { file, bytes } = fileOf(1000);
  const upload = new Upload(file, { transport, digest });
  await upload.start();
  assert.equal(upload.state, "done");
  assert.deepEqual(transport.bytes, Buffer.from(bytes));
  assert.equal(upload.assetId, "asset");
  assert.equal(upload.percent, 100);
});

test("a large file goes in parts, four at a time, and arrives whole", async () => {
  const { file, bytes } = fileOf(9 * MIB + 17);
  const upload = new Upload(file, { transport, digest });
  await upload.start();
  assert.equal(upload.state, "done");
  assert.equal(transport.stored.size, 10);
  assert.equal(transport.mostInFlight, 4);
  assert.ok(transport.bytes.equals(Buffer.from(bytes)));
});

test("a part that fails is tried three more times, later each time, freshly signed", async () => {
  let failures = 3;
  transport.failPut = (url) => (url.startsWith("part-2?") && failures-- > 0 ? refusal(503) : null);
  const upload = new Upload(fileOf(3 * MIB).file, { transport, digest });
  await upload.start();
  assert.equal(upload.state, "done");
  assert.deepEqual(transport.waits, [1000, 2000, 4000]);
  const tried = transport.calls.filter((call) => call.startsWith("PUT part-2?"));
  assert.equal(new Set(tried).size, 4, "four different signatures");
});

test("a part that never gets through fails the upload, and resuming sends only what is missing", async () => {
  transport.failPut = (url) => (url.startsWith("part-3?") ? refusal(500) : null);
  const upload = new Upload(fileOf(6 * MIB).file, { transport, digest });
  await upload.start();
  assert.equal(upload.state, "failed");
  assert.match(upload.error.message, /refused 500/);
  const stored = new Set(transport.stored.keys());

  transport.failPut = () => null;
  transport.calls = [];
  await upload.start();
  assert.equal(upload.state, "done");
  const again = transport.calls.filter((call) => call.startsWith("PUT"));
  assert.equal(again.length, 6 - stored.size);
  assert.ok(transport.calls.includes("GET uploads/u/parts/"));
});

test("a refusal that trying again cannot change is not tried again", async () => {
  transport.failPut = () => refusal(413);
  const upload = new Upload(fileOf(100).file, { transport, digest });
  await upload.start();
  assert.equal(upload.state, "failed");
  assert.deepEqual(transport.waits, []);
});

test("a line that was too slow for the storage, which it answers with 400, is tried again", async () => {
  let failures = 1;
  transport.failPut = () => (failures-- > 0 ? refusal(400) : null);
  const upload = new Upload(fileOf(100).file, { transport, digest });
  await upload.start();
  assert.equal(upload.state, "done");
  assert.deepEqual(transport.waits, [1000]);
});

test("pausing stops the parts in flight and resuming ends with the same bytes", async () => {
  const { file, bytes } = fileOf(8 * MIB);
  const upload = new Upload(file, { transport, digest });
  transport.held = new Promise(() => {});
  upload.start();
  await settle();
  assert.equal(transport.inFlight, 4);
  upload.pause();
  await settle();
  assert.equal(upload.state, "paused");
  assert.equal(transport.inFlight, 0);
  assert.equal(upload.sentBytes, 0);

  transport.held = null;
  await upload.start();
  assert.equal(upload.state, "done");
  assert.ok(transport.bytes.equals(Buffer.from(bytes)));
});

test("pausing and resuming at once does not confuse it", async () => {
  const upload = new Upload(fileOf(5 * MIB).file, { transport, digest });
  upload.start();
  await settle();
  upload.pause();
  const end = upload.start();
  assert.equal(upload.state, "uploading");
  await end;
  assert.equal(upload.state, "done");
});

test("cancelling tells the server", async () => {
  transport.held = new Promise(() => {});
  const upload = new Upload(fileOf(5 * MIB).file, { transport, digest });
  upload.start();
  await settle();
  await upload.cancel();
  assert.equal(upload.state, "cancelled");
  assert.ok(transport.calls.includes("DELETE uploads/u/"));
});

test("cancelling while the session is being opened leaves none behind", async () => {
  let opened;
  transport.opening = new Promise((resolve) => (opened = resolve));
  const upload = new Upload(fileOf(5 * MIB).file, { transport, digest });
  upload.start();
  await settle();
  const cancelled = upload.cancel();
  opened();
  await cancelled;
  assert.deepEqual(transport.calls, ["POST uploads/", "DELETE uploads/u/"]);
});

test("completing survives a moment without the server", async () => {
  transport.failComplete = new OfflineError();
  const wait = transport.wait;
  transport.wait = async (...args) => {
    await wait(...args);
    if (transport.waits.length === 2) transport.failComplete = null;
  };
  const upload = new Upload(fileOf(3 * MIB).file, { transport, digest });
  await upload.start();
  assert.equal(upload.state, "done");
  assert.deepEqual(transport.waits, [1000, 2000]);
  assert.equal(transport.calls.filter((call) => call.startsWith("PUT")).length, 3);
});

test("completing that fails can be tried again without sending anything twice", async () => {
  transport.failComplete = refusal(409);
  const upload = new Upload(fileOf(3 * MIB).file, { transport, digest });
  await upload.start();
  assert.equal(upload.state, "failed");
  transport.failComplete = null;
  transport.calls = [];
  await upload.start();
  assert.equal(upload.state, "done");
  assert.equal(transport.calls.filter((call) => call.startsWith("PUT")).length, 0);
});

test("speed and time left come from the bytes of the last seconds", async () => {
  let now = 0;
  const seen = [];
  transport.failPut = () => {
    now += 1000;
    return null;
  };
  const upload = new Upload(fileOf(8 * MIB).file, {
    transport,
    digest,
    now: () => now,
    onChange: (changed) => seen.push(changed.speed),
  });
  await upload.start();
  assert.ok(seen.some((speed) => speed > 0));
  assert.equal(upload.speed, 0, "nothing moves any more");
});

test("a queue sends two files at a time and goes on after a failure", async () => {
  let puts = 0;
  transport.failPut = () => ((puts += 1) === 2 ? refusal(413) : null);
  let most = 0;
  const queue = new UploadQueue({
    transport,
    digest,
    onChange: () => {
      const busy = queue.uploads.filter(({ state }) => state === "uploading").length;
      most = Math.max(most, busy);
    },
  });
  const uploads = queue.add([1, 2, 3, 4, 5].map(() => fileOf(2000).file));
  for (let turn = 0; turn < 20; turn += 1) await settle();
  const states = uploads.map(({ state }) => state);
  assert.ok(states.every((state) => ["done", "failed"].includes(state)), states.join());
  assert.ok(states.includes("done") && states.includes("failed"));
  assert.equal(most, 2);
  assert.equal(queue.unfinished.length, 0);
});
