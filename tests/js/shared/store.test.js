import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../../../static/src/shared/store.js";

test("a watcher hears the present and every change of its part", () => {
  const store = createStore({ time: 0, zoom: 1 });
  const heard = [];
  store.watch((state) => state.time, (time) => heard.push(time));
  store.patch({ zoom: 2 });
  store.patch({ time: 5 });
  store.patch({ time: 5 });
  assert.deepEqual(heard, [0, 5]);
});

test("a watcher that stopped hears nothing more, even in the middle of a change", () => {
  const store = createStore({ count: 0 });
  const heard = [];
  const stop = store.watch((state) => state.count, (count) => {
    heard.push(count);
    if (count === 1) stop();
  });
  store.patch({ count: 1 });
  store.patch({ count: 2 });
  assert.deepEqual(heard, [0, 1]);
});

test("a patch that changes nothing makes no new state", () => {
  const store = createStore({ count: 0 });
  const before = store.get();
  store.patch({ count: 0 });
  assert.equal(store.get(), before);
});

test("a watcher may change the state", () => {
  const store = createStore({ a: 0, b: 0 });
  store.watch((state) => state.a, (a) => store.patch({ b: a * 2 }));
  store.patch({ a: 4 });
  assert.deepEqual(store.get(), { a: 4, b: 8 });
});
