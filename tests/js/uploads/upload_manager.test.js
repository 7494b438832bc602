import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { OfflineError } from "../../../static/src/shared/http.js";
import { totalsOf, UploadManager } from "../../../static/src/uploads/upload_manager.js";
import { settle } from "../shared/fakes.js";

const MIB = 1024 * 1024;

/** Locks and messages of one browser, shared by its tabs. */
class FakeBrowser {
  held = new Set();
  tabs = [];

  locks = {
    request: async (name, _options, action) => {
      if (this.held.has(name)) return action(null);
      this.held.add(name);
      try {
        return await action({ name });
      } finally {
        this.held.delete(name);
      }
    },
    query: async () => ({ held: [...this.held].map((name) => ({ name })) }),
  };

  channel() {
    const tab = new EventTarget();
    tab.postMessage = (data) => {
      for (const other of this.tabs) {
        if (other === tab) continue;
        other.dispatchEvent(Object.assign(new Event("message"), { data }));
      }
    };
    this.tabs.push(tab);
    return tab;
  }
}

/** The server's side: open sessions and what arrived of them. */
class FakeServer {
  sessions = new Map();
  arrived = new Map();
  known = new Map();
  puts = [];
  hold = null;
  bodies = [];

  transport = {
    api: async (path, { method = "GET", body } = {}) => this.#answer(path, method, body),
    put: async ({ url, signal }) => {
      this.puts.push(url);
      await Promise.race([
        this.hold,
        new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => reject(new DOMException("", "AbortError"))),
        ),
      ]);
      const [id, number] = url.split("/");
      this.arrived.get(id).push(Number(number));
    },
    wait: async () => {},
  };

  #answer(path, method, body) {
    const [, id, what] = path.split("/");
    if (path === "uploads/" && method === "GET") return { results: [...this.sessions.values()] };
    if (path === "uploads/") return this.#open(body);
    if (what === "complete") {
      this.sessions.delete(id);
      return { asset: { id: `asset-${id}` } };
    }
    if (what === "parts" && method === "GET") {
      return { parts: this.arrived.get(id).map((number) => ({ number, size_bytes: MIB })) };
    }
    if (what === "parts") return { urls: body.numbers.map((number) => ({ number, url: `${id}/${number}` })) };
    this.sessions.delete(id);
    return null;
  }

  #open(body) {
    this.bodies.push(body);
    const asset = this.known.get(body.fingerprint);
    if (asset && !body.force) {
      throw Object.assign(new Error("known"), { status: 409, code: "already_in_library", problem: { asset } });
    }
    const begun = [...this.sessions.values()].find((one) => one.fingerprint === body.fingerprint);
    return { ...(begun ?? this.add(body.filename, body.size_bytes, body.fingerprint)), urls: [] };
  }

  add(filename, size, fingerprint) {
    const id = `s${this.sessions.size + 1}`;
    this.arrived.set(id, []);
    const count = size / MIB;
    const session = {
      id, filename, fingerprint, size_bytes: size, mode: "multipart", part_size: MIB,
      part_count: count, arrived_bytes: 0, status: "open",
    };
    this.sessions.set(id, session);
    return session;
  }
}

const digest = async (file) => `print of ${await file.text()}`.slice(0, 60);
const fileOf = (name, letter, parts = 4) =>
  Object.assign(new Blob([letter.repeat(parts * MIB)]), { name });

let server;
let browser;
let now;
const tab = (means = {}) =>
  new UploadManager({
    ...means,
    transport: server.transport,
    digest,
    now: () => now,
    locks: browser.locks,
    channel: browser.channel(),
  });

const until = async (condition) => {
  for (let turn = 0; turn < 50 && !condition(); turn += 1) await settle();
  assert.ok(condition(), "it should have come to that");
};
const stateOf = (manager) => manager.items.map(({ state }) => state).join();

beforeEach(() => {
  server = new FakeServer();
  browser = new FakeBrowser();
  now = 0;
});

test("a session begun before waits for its file, and only missing parts go", async () => {
  const file = fileOf("a.mp4", "a");
  const session = server.add("a.mp4", file.size, await digest(file));
  server.arrived.set(session.id, [1, 3]);
  session.arrived_bytes = 2 * MIB;
  const manager = tab();
  await manager.refresh();
  assert.equal(stateOf(manager), "waiting");
  assert.equal(manager.items[0].percent, 50);
  let finished = null;
  manager.watch((upload) => (finished ??= upload));
  await manager.goOn(session.id, file);
  await until(() => manager.items.length === 0);
  assert.deepEqual(server.puts, ["s1/2", "s1/4"]);
  assert.equal(finished.assetId, "asset-s1");
});

test("another file is refused, by its size or by its content", async () => {
  const file = fileOf("a.mp4", "a");
  const session = server.add("a.mp4", file.size, await digest(file));
  const manager = tab();
  await manager.refresh();
  await assert.rejects(manager.goOn(session.id, fileOf("a.mp4", "a", 5)), /another file/);
  await assert.rejects(manager.goOn(session.id, fileOf("a.mp4", "b")), /another file/);
  assert.equal(stateOf(manager), "waiting");
  assert.deepEqual(server.puts, []);
});

test("dropping the same file again goes on with its session by itself", async () => {
  const file = fileOf("a.mp4", "a");
  const session = server.add("a.mp4", file.size, await digest(file));
  server.arrived.set(session.id, [1, 2, 3]);
  const manager = tab();
  await manager.refresh();
  manager.add([file]);
  await until(() => manager.items.length === 0);
  assert.deepEqual(server.puts, ["s1/4"]);
});

test("what the library has is offered, and uploaded when asked for", async () => {
  const file = fileOf("a.mp4", "a");
  server.known.set(await digest(file), { id: "known" });
  const manager = tab();
  manager.add([file]);
  await until(() => stateOf(manager) === "duplicate");
  const [item] = manager.items;
  assert.equal(item.existing.id, "known");
  manager.force(item.key);
  await until(() => manager.items.length === 0);
  assert.equal(server.bodies.at(-1).force, true);
  assert.equal(server.puts.length, 4);
});

test("two tabs do not fight: the second watches the first", async () => {
  let release;
  server.hold = new Promise((resolve) => (release = resolve));
  const [first, second] = [tab(), tab()];
  first.add([fileOf("a.mp4", "a")]);
  await until(() => server.puts.length === 4);
  await until(() => stateOf(second) === "elsewhere");
  second.add([fileOf("a.mp4", "a")]);
  await until(() => second.queue.uploads[0]?.state === "elsewhere");
  assert.equal(second.items.length, 1);
  release();
  await until(() => first.items.length === 0 && second.items.length === 0);
  assert.equal(server.puts.length, 4, "nothing was sent twice");
});

test("a file added twice in one tab goes once, and the person hears of it", async () => {
  let release;
  server.hold = new Promise((resolve) => (release = resolve));
  const heard = [];
  const manager = tab({ onTwice: ({ name }) => heard.push(name) });
  manager.add([fileOf("a.mp4", "a"), fileOf("copy.mp4", "a")]);
  await until(() => heard.length === 1);
  assert.deepEqual(heard, ["copy.mp4"]);
  assert.equal(stateOf(manager), "uploading");
  release();
  await until(() => manager.items.length === 0);
  assert.equal(server.bodies.length, 2);
  assert.equal(server.puts.length, 4, "nothing was sent twice");
});

test("adding a paused file again goes on with it", async () => {
  let release;
  server.hold = new Promise((resolve) => (release = resolve));
  const manager = tab();
  manager.add([fileOf("a.mp4", "a")]);
  await until(() => server.puts.length === 4);
  manager.pause(manager.items[0].key);
  await until(() => stateOf(manager) === "paused");
  release();
  manager.add([fileOf("a.mp4", "a")]);
  await until(() => manager.items.length === 0);
  assert.equal(server.sessions.size, 0);
});

test("a tab that closes leaves a session that waits for its file", async () => {
  server.hold = new Promise(() => {});
  const [first, second] = [tab(), tab()];
  first.add([fileOf("a.mp4", "a")]);
  await until(() => stateOf(second) === "elsewhere");
  browser.held.clear();
  now += 10_000;
  await second.look();
  assert.equal(stateOf(second), "waiting");
});

test("what failed without a network goes on by itself, a refusal does not", async () => {
  const manager = tab();
  const sent = server.transport.put;
  server.transport.put = async ({ url }) => {
    if (url.startsWith("s1/")) throw new OfflineError();
    throw Object.assign(new Error("too large"), { status: 413 });
  };
  manager.add([fileOf("a.mp4", "a"), fileOf("b.mp4", "b")]);
  await until(() => stateOf(manager) === "failed,failed");
  server.transport.put = sent;
  manager.goOnAll();
  await until(() => stateOf(manager) === "failed");
  assert.deepEqual(server.puts.sort(), ["s1/1", "s1/2", "s1/3", "s1/4"]);
});

test("giving up a waiting session removes it on the server", async () => {
  const session = server.add("a.mp4", 4 * MIB, "x");
  const manager = tab();
  await manager.refresh();
  await manager.cancel(session.id);
  assert.equal(server.sessions.size, 0);
  assert.equal(manager.items.length, 0);
});

test("totals count what moves and leave out what waits", () => {
  const item = (state, sentBytes, speed = 0) => ({ state, size: 100, sentBytes, speed });
  const totals = totalsOf([item("uploading", 50, 10), item("queued", 0), item("waiting", 90)]);
  assert.deepEqual(totals, { count: 2, percent: 25, speed: 10, timeLeft: 15 });
  assert.equal(totalsOf([]).percent, null);
});
