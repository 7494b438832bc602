import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addressOf,
  isFiltered,
  NO_FILTERS,
  pageOf,
  readFilters,
  takesNew,
} from "../../../static/src/uploads/filters.js";
import { Selection } from "../../../static/src/uploads/selection.js";

test("filters go into the address and come back the same", () => {
  const filters = {
    ...NO_FILTERS,
    search: "Müller & Söhne #1",
    kind: "video",
    tag: "summer",
    created_after: "2026-01-31",
    sort: "size",
    deleted: "true",
  };
  assert.deepEqual(readFilters(addressOf(filters)), filters);
});

test("no filters need no address", () => {
  assert.equal(addressOf(NO_FILTERS), "");
  assert.deepEqual(readFilters(""), NO_FILTERS);
  assert.equal(pageOf(NO_FILTERS), "assets/");
});

test("what the server would refuse is left out of an address typed by hand", () => {
  const filters = readFilters("?kind=cats&sort=random&created_after=soon&deleted=maybe&x=1");
  assert.deepEqual(filters, NO_FILTERS);
  assert.equal(readFilters(`?search=${"a".repeat(500)}`).search.length, 100);
});

test("the next page keeps the filters", () => {
  const filters = { ...NO_FILTERS, kind: "audio" };
  assert.equal(pageOf(filters, "a=b"), "assets/?kind=audio&cursor=a%3Db");
});

test("the order leaves nothing out, but new files may not belong on top", () => {
  assert.equal(isFiltered({ ...NO_FILTERS, sort: "title" }), false);
  assert.equal(takesNew({ ...NO_FILTERS, sort: "title" }), false);
  assert.equal(takesNew(NO_FILTERS), true);
  assert.equal(isFiltered({ ...NO_FILTERS, deleted: "true" }), true);
});

test("shift selects up to the one clicked, in either direction", () => {
  const order = ["a", "b", "c", "d", "e"];
  const selection = new Selection();
  selection.toggle("d");
  selection.extend("b", order);
  assert.deepEqual(selection.ids.sort(), ["b", "c", "d"]);
  selection.toggle("c");
  assert.equal(selection.has("c"), false);
  selection.extend("e", order);
  assert.deepEqual(selection.ids.sort(), ["b", "c", "d", "e"]);
  selection.clear();
  selection.extend("e", order);
  assert.deepEqual(selection.ids, ["e"], "without a beginning it is one");
});
