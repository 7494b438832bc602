import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { EventLink } from "../../../static/src/shared/event_link.js";
import { FakeSource, FakeTimers } from "./fakes.js";

let timers;
let sources;
let heard;
let jobs;
let polls;
let link;

const names = () => heard.map(([name]) => name);
const modes = () => heard.filter(([name]) => name === "connection").map(([, data]) => data.mode);
const job = (changes) => ({ id: "1", state: "running", stage: "a", percent: 1, ...changes });

beforeEach(() => {
  timers = new FakeTimers();
  sources = [];
  heard = [];
  jobs = [];
  polls = 0;
  link = new EventLink({
    timers,
    open: () => {
      sources.push(new FakeSource());
      return sources.at(-1);
    },
    poll: async () => {
      polls += 1;
      if (jobs instanceof Error) throw jobs;
      return jobs;
    },
    deliver: (name, data) => heard.push([name, data]),
  });
});

test("events of the server are delivered while it is connected, and nothing is polled", async () => {
  sources[0].open();
  sources[0].send("job", job());
  sources[0].send("asset", { id: "a", status: "ready" });
  await timers.pass(120_000);
  assert.deepEqual(names(), ["connection", "job", "asset"]);
  assert.equal(polls, 0);
});

test("ten seconds without a connection start polling every three", async () => {
  jobs = [job()];
  await timers.pass(9_999);
  assert.equal(polls, 0);
  await timers.pass(6_001);
  assert.equal(polls, 3);
  assert.equal(modes().at(-1), "polling");
});

test("polling delivers a job only when it changed", async () => {
  jobs = [job()];
  await timers.pass(16_000);
  jobs = [job({ percent: 50 })];
  await timers.pass(6_000);
  const percents = heard.filter(([name]) => name === "job").map(([, data]) => data.percent);
  assert.deepEqual(percents, [1, 50]);
});

test("a job that ended while polling asks the page to refresh", async () => {
  jobs = [job()];
  await timers.pass(10_000);
  assert.ok(!names().includes("resync"));
  jobs = [job({ state: "succeeded", percent: 100 })];
  await timers.pass(3_000);
  assert.ok(names().includes("resync"));
});

test("a connection that comes back ends the polling and refreshes once", async () => {
  sources[0].open();
  sources[0].fail();
  await timers.pass(14_000);
  assert.ok(polls > 0);
  sources[0].open();
  const before = polls;
  await timers.pass(60_000);
  assert.equal(polls, before);
  assert.equal(names().filter((name) => name === "resync").length, 1);
  assert.equal(modes().at(-1), "live");
});

test("a short hiccup is nobody's business", async () => {
  sources[0].open();
  sources[0].fail();
  await timers.pass(5_000);
  sources[0].open();
  await timers.pass(60_000);
  assert.equal(polls, 0);
  assert.ok(!names().includes("resync"));
});

test("a source that the browser gave up is opened anew, and the gap is refreshed", async () => {
  sources[0].open();
  sources[0].fail({ forGood: true });
  await timers.pass(5_000);
  assert.equal(sources.length, 2);
  sources[1].open();
  assert.equal(names().at(-1), "resync");
});

test("a poll that fails says that we wait, and polling goes on", async () => {
  jobs = new Error("away");
  await timers.pass(13_000);
  assert.equal(polls, 2);
  assert.equal(modes().at(-1), "waiting");
});

test("a poll answered after the connection is back is ignored", async () => {
  let answer;
  link.close();
  heard = [];
  link = new EventLink({
    timers,
    open: () => {
      sources.push(new FakeSource());
      return sources.at(-1);
    },
    poll: () => new Promise((resolve) => (answer = resolve)),
    deliver: (name, data) => heard.push([name, data]),
  });
  await timers.pass(10_000);
  sources.at(-1).open();
  answer([job()]);
  await timers.pass(1_000);
  assert.ok(!names().includes("job"));
});

test("the server's word that events were lost refreshes the page", () => {
  sources[0].open();
  sources[0].send("reset", {});
  assert.equal(names().at(-1), "resync");
});

test("a closed link leaves nothing behind", async () => {
  sources[0].open();
  sources[0].fail();
  link.close();
  assert.equal(timers.count, 0);
  assert.equal(sources[0].readyState, 2);
});
