import assert from "node:assert/strict";
import { test } from "node:test";
import { JobLink } from "../../../static/src/automation/job_link.js";
import { FakeSource, FakeTimers } from "../shared/fakes.js";

function started() {
  const timers = new FakeTimers();
  const sources = [];
  const told = [];
  let asked = 0;
  const link = new JobLink({
    timers,
    open: () => {
      const source = new FakeSource();
      sources.push(source);
      return source;
    },
    deliver: (name, value) => told.push([name, value]),
    resync: () => {
      asked += 1;
    },
  });
  return { link, timers, sources, told, asked: () => asked };
}

test("once connected it asks for what was before, then passes events on", () => {
  const { sources, told, asked } = started();
  assert.equal(asked(), 0);
  sources[0].open();
  assert.equal(asked(), 1);
  sources[0].send("chunk", { id: "a" });
  assert.deepEqual(told, [["chunk", { id: "a" }]]);
});

test("a short gap is bridged by the browser, which names the last event itself", async () => {
  const { timers, sources, asked } = started();
  sources[0].open();
  sources[0].fail();
  await timers.pass(1_000);
  sources[0].open();
  await timers.pass(20_000);
  assert.equal(asked(), 1);
  assert.equal(sources.length, 1);
});

test("what the server has forgotten is asked for", () => {
  const { sources, asked } = started();
  sources[0].open();
  sources[0].send("reset", {});
  assert.equal(asked(), 2);
});

test("while the stream is away it asks now and then, and opens another in the end", async () => {
  const { timers, sources, asked } = started();
  sources[0].open();
  sources[0].fail({ forGood: true });
  await timers.pass(6_500);
  assert.equal(sources.length, 2);
  assert.equal(asked(), 3);
  sources[1].open();
  assert.equal(asked(), 4);
  await timers.pass(20_000);
  assert.equal(asked(), 4);
});

test("a closed link does nothing more", async () => {
  const { link, timers, sources, asked } = started();
  sources[0].open();
  sources[0].fail();
  link.close();
  sources[0].fail({ forGood: true });
  await timers.pass(60_000);
  assert.equal(asked(), 1);
  assert.equal(timers.count, 0);
});
