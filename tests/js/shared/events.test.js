import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { joinEvents } from "../../../static/src/shared/events.js";
import { settle } from "./fakes.js";

/** navigator.locks for tabs of one test: the first to ask holds it. */
class FakeLocks {
  #queue = [];
  #held = false;

  request(_name, { signal }, callback) {
    return new Promise((resolve, reject) => {
      const entry = { callback, resolve, reject };
      this.#queue.push(entry);
      signal?.addEventListener("abort", () => {
        const index = this.#queue.indexOf(entry);
        if (index < 0) return;
        this.#queue.splice(index, 1);
        reject(new DOMException("stopped", "AbortError"));
      });
      this.#next();
    });
  }

  async #next() {
    if (this.#held || this.#queue.length === 0) return;
    this.#held = true;
    const { callback, resolve } = this.#queue.shift();
    resolve(await callback());
    this.#held = false;
    this.#next();
  }
}

/** BroadcastChannel: everybody hears but the speaker. */
class FakeChannel extends EventTarget {
  constructor(room) {
    super();
    this.room = room;
    room.push(this);
  }

  postMessage(data) {
    for (const other of this.room) {
      if (other !== this) other.dispatchEvent(new MessageEvent("message", { data }));
    }
  }
}

let locks;
let room;
let links;

beforeEach(() => {
  locks = new FakeLocks();
  room = [];
  links = [];
});

function openTab() {
  const leaving = new AbortController();
  const heard = [];
  const tab = joinEvents({
    locks,
    channel: new FakeChannel(room),
    signal: leaving.signal,
    publish: (name, data) => heard.push([name, data]),
    startLink: ({ deliver }) => {
      const link = { deliver, open: true, close: () => (link.open = false) };
      links.push(link);
      return link;
    },
  });
  return { ...tab, heard, close: () => leaving.abort() };
}

test("many tabs, one connection, and all hear", async () => {
  const tabs = [openTab(), openTab(), openTab()];
  await settle();
  assert.equal(links.length, 1);
  links[0].deliver("job", { id: "1" });
  for (const { heard } of tabs) assert.deepEqual(heard.at(-1), ["job", { id: "1" }]);
});

test("when the leader goes, another tab takes over and everybody refreshes", async () => {
  const [first, second, third] = [openTab(), openTab(), openTab()];
  await settle();
  links[0].deliver("connection", { mode: "live" });
  first.close();
  await settle();
  assert.equal(links.length, 2);
  assert.equal(links[0].open, false);
  assert.deepEqual([first.isLeader(), second.isLeader(), third.isLeader()], [false, true, false]);
  assert.equal(second.heard.at(-1)[0], "resync");
  assert.equal(third.heard.at(-1)[0], "resync");
  links[1].deliver("job", { id: "2" });
  assert.deepEqual(third.heard.at(-1), ["job", { id: "2" }]);
});

test("a tab that opens later learns of the connection at once", async () => {
  openTab();
  await settle();
  links[0].deliver("connection", { mode: "polling" });
  const late = openTab();
  await settle();
  assert.deepEqual(late.heard, [["connection", { mode: "polling" }]]);
});

test("the first tab of all has nothing to refresh", async () => {
  const tab = openTab();
  await settle();
  assert.deepEqual(tab.heard, []);
});

test("a waiting tab that closes gives up its place", async () => {
  const [first, second, third] = [openTab(), openTab(), openTab()];
  await settle();
  second.close();
  first.close();
  await settle();
  assert.equal(second.isLeader(), false);
  assert.equal(third.isLeader(), true);
});

test("without locks, as on plain http, each tab has its own connection", async () => {
  const heard = [];
  joinEvents({
    publish: (name, data) => heard.push([name, data]),
    startLink: ({ deliver }) => {
      links.push({ deliver });
      return { close() {} };
    },
  });
  links[0].deliver("asset", { id: "a" });
  assert.deepEqual(heard, [["asset", { id: "a" }]]);
});
