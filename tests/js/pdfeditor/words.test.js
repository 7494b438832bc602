import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRanges } from "../../../static/src/pdfeditor/page_ranges.js";
import { findIn } from "../../../static/src/pdfeditor/text_search.js";

test("page numbers are read as people write them", () => {
  assert.deepEqual(parseRanges("1-3, 7", 9), [1, 2, 3, 7]);
  assert.deepEqual(parseRanges("8-", 9), [8, 9]);
  assert.deepEqual(parseRanges("-2 2", 9), [1, 2]);
  assert.deepEqual(parseRanges("", 2), [1, 2]);
  assert.deepEqual(parseRanges("9,1", 9), [9, 1]);
});

test("what is no list of pages is refused", () => {
  for (const text of ["0", "10", "3-1", "a", "1--2", "-", "1.5"]) {
    assert.equal(parseRanges(text, 9), null, text);
  }
});

test("case and accents do not matter, and places are those of the document", () => {
  const [hit] = findIn(["Über ", "die Größe"], "uber DIE");
  assert.deepEqual([hit.start, hit.end], [{ item: 0, at: 0 }, { item: 1, at: 3 }]);
  assert.equal(hit.words, "Über die");
  assert.equal(hit.after.trim(), "Größe");
});

test("words are found across pieces and lines", () => {
  assert.equal(findIn(["Topo", "logie"], "topologie").length, 1);
  assert.equal(findIn(["end of line", "and the next"], "line and").length, 1);
  assert.equal(findIn(["a", "b"], "a b").length, 1);
});

test("signs of patterns are only signs", () => {
  assert.equal(findIn(["f(x) = [1] + c*"], "(x) = [1]").length, 1);
  assert.equal(findIn(["abc"], ".*").length, 0);
  assert.equal(findIn(["abc"], "   ").length, 0);
});
