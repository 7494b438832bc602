import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chapterAt,
  chapterBeside,
  chapterMarks,
  chapterName,
} from "../../../static/src/shared/player/chapters.js";
import { labelOf } from "../../../static/src/shared/player/engine.js";
import { actionOf, nextSpeed } from "../../../static/src/shared/player/keys.js";
import { PlaceMemory } from "../../../static/src/shared/player/memory.js";
import { paintShares, sharesOf } from "../../../static/src/shared/player/ranges.js";
import { chooseSource } from "../../../static/src/shared/player/source.js";

const able = (mse, nativeHls) => ({ mse, nativeHls });

test("adaptive playback comes first, the plain file last", () => {
  const playback = { hls: "/m.m3u8", progressive: "/p.mp4" };
  assert.deepEqual(chooseSource(playback, able(true, true)), { kind: "hls", url: "/m.m3u8" });
  assert.deepEqual(chooseSource(playback, able(false, true)), { kind: "file", url: "/m.m3u8" });
  assert.deepEqual(chooseSource(playback, able(false, false)), { kind: "file", url: "/p.mp4" });
  assert.deepEqual(chooseSource({ progressive: "/p.mp4" }, able(true, true)), {
    kind: "file",
    url: "/p.mp4",
  });
  assert.equal(chooseSource({ hls: "/m.m3u8" }, able(false, false)), null);
  assert.equal(chooseSource(null, able(true, true)), null);
});

class Box {
  items = new Map();
  getItem = (key) => this.items.get(key) ?? null;
  setItem = (key, value) => this.items.set(key, value);
}

test("a film goes on where it was left, and starts anew once it was seen", () => {
  const box = new Box();
  const memory = new PlaceMemory(box);
  memory.put("a", 100, 600);
  memory.put("b", 2, 600);
  assert.equal(new PlaceMemory(box).get("a"), 100);
  assert.equal(memory.get("b"), 0, "the very beginning is no place");
  memory.put("a", 590, 600);
  assert.equal(memory.get("a"), 0);
});

test("broken, forbidden and full storage only mean that nothing is remembered", () => {
  const broken = new Box();
  broken.setItem("streamfetch.places", "{");
  assert.equal(new PlaceMemory(broken).get("a"), 0);
  const full = { getItem: () => null, setItem: () => { throw new Error("full"); } };
  new PlaceMemory(full).put("a", 100, 600);
  new PlaceMemory(null).put("a", 100, 600);
});

test("no more than 200 films are remembered", () => {
  const memory = new PlaceMemory(new Box());
  for (let index = 0; index < 250; index += 1) memory.put(`film-${index}`, 100, 600);
  assert.equal(memory.get("film-0"), 0);
  assert.equal(memory.get("film-249"), 100);
});

test("every buffered part is painted at its place", () => {
  const spans = [[0, 10], [50, 60]];
  const buffered = {
    length: 2,
    start: (index) => spans[index][0],
    end: (index) => spans[index][1],
  };
  const shares = sharesOf(buffered, 100);
  assert.deepEqual(shares, [[0, 0.1], [0.5, 0.6]]);
  assert.match(paintShares(shares), /var\(--loaded\) 50% 60%/);
  assert.equal(paintShares(sharesOf(buffered, Number.NaN)), "none");
});

test("keys do what players everywhere do", () => {
  assert.deepEqual(actionOf(" "), ["toggle"]);
  assert.deepEqual(actionOf("K"), ["toggle"]);
  assert.deepEqual(actionOf("j"), ["seekBy", -10]);
  assert.deepEqual(actionOf("ArrowRight"), ["seekBy", 5]);
  assert.deepEqual(actionOf("7"), ["seekToShare", 0.7]);
  assert.deepEqual(actionOf(">"), ["faster"]);
  assert.equal(actionOf("x"), null);
  assert.equal(actionOf("toString"), null);
});

test("speeds go step by step and stop at the ends", () => {
  assert.equal(nextSpeed(1, 1), 1.25);
  assert.equal(nextSpeed(1, -1), 0.75);
  assert.equal(nextSpeed(2, 1), 2);
  assert.equal(nextSpeed(0.5, -1), 0.5);
});

test("a quality is named after the short side", () => {
  assert.equal(labelOf({ width: 1280, height: 720 }), "720p");
  assert.equal(labelOf({ width: 720, height: 1280 }), "720p");
  assert.equal(labelOf({ height: 360 }), "360p");
});

const PARTS = [
  { start_ms: 0, end_ms: 10_000, title: "Up" },
  { start_ms: 10_000, end_ms: 20_000, title: "" },
  { start_ms: 25_000, end_ms: 30_000, title: "Down" },
];

test("the chapter at a moment, none between two", () => {
  assert.deepEqual([0, 9.99, 10, 22, 29, 30].map((at) => chapterAt(PARTS, at)), [0, 0, 1, -1, 2, -1]);
  assert.equal(chapterAt([], 3), -1);
  assert.equal(chapterName(PARTS, 1), "Chapter 2");
  assert.equal(chapterName(PARTS, -1), "");
});

test("one chapter on, or back to the start of this one first", () => {
  assert.deepEqual(actionOf("PageDown"), ["chapterBy", 1]);
  assert.equal(chapterBeside(PARTS, 0, 1), 10);
  assert.equal(chapterBeside(PARTS, 27, 1), null);
  assert.equal(chapterBeside(PARTS, 18, -1), 10);
  assert.equal(chapterBeside(PARTS, 11, -1), 0);
  assert.equal(chapterBeside(PARTS, 1, -1), 0);
  assert.equal(chapterBeside([], 1, -1), null);
});

test("chapters are marked where they begin, but for the very start", () => {
  assert.deepEqual(chapterMarks(PARTS, 50), [0.2, 0.5]);
  assert.deepEqual(chapterMarks(PARTS, Number.NaN), []);
});
