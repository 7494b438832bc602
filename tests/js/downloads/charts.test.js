import assert from "node:assert/strict";
import { test } from "node:test";
import { niceCeiling, stackedBars } from "../../../static/src/downloads/charts.js";
import {
  choiceLine,
  inLanguage,
  partsOf,
  presetNote,
  soundLanguages,
  withSound,
} from "../../../static/src/downloads/describing.js";
import { linkIn } from "../../../static/src/shared/pasted_link.js";
import { sharedUrl } from "../../../static/src/downloads/shared_url.js";

test("the upper edge of a chart is a round amount", () => {
  assert.deepEqual([0, -1, 1, 3, 7, 20, 21, 0.3].map(niceCeiling), [1, 1, 1, 5, 10, 20, 50, 0.5]);
});

test("bars are stacked from the ground and nothing is drawn for nothing", () => {
  const { top, bars } = stackedBars([[2, 2], [0, 0], [5, 0]], { width: 300, height: 100, gap: 0.5 });
  assert.equal(top, 5);
  assert.deepEqual(
    bars.map(({ x, y, width, height, series }) => [x, y, width, height, series]),
    [
      [25, 60, 50, 40, 0],
      [25, 20, 50, 40, 1],
      [225, 0, 50, 100, 0],
    ],
  );
  assert.deepEqual(stackedBars([], { width: 1, height: 1 }).bars, []);
});

const FORMATS = [
  { format_id: "137", kind: "video", container: "mp4", height: 1080, width: 1920, size_bytes: 9e6, video_codec: "h264" },
  { format_id: "140", kind: "audio", container: "m4a", size_bytes: 1e6, audio_codec: "aac" },
  { format_id: "a+b", kind: "video+audio", container: "mp4", size_bytes: null, height: 360 },
];

test("a choice names one format, or a picture and a sound", () => {
  assert.deepEqual(partsOf("137+140", FORMATS).map((each) => each.format_id), ["137", "140"]);
  assert.deepEqual(partsOf("a+b", FORMATS).map((each) => each.format_id), ["a+b"]);
  assert.deepEqual(partsOf("137+9", FORMATS), []);
  assert.equal(choiceLine("137+140", FORMATS), "1920 × 1080 · H.264 + AAC · 10.0 MB");
  assert.equal(choiceLine("a+b", FORMATS), "360p · size unknown");
});

test("a picture without sound is joined with one", () => {
  assert.equal(withSound(FORMATS[0], [], FORMATS), "137+140");
  assert.equal(withSound(FORMATS[2], [], FORMATS), "a+b");
  assert.equal(withSound(FORMATS[0], [], [FORMATS[0]]), "137");
});

test("what a preset weighs", () => {
  assert.equal(presetNote({ name: "best", height: 1080, size_bytes: 2e6 }), "1080p · 2.0 MB");
  assert.equal(presetNote({ name: "720p", height: 720, size_bytes: null }), "");
});

test("an address is found in what another app shares", () => {
  assert.equal(sharedUrl("?url=https%3A%2F%2Fa.test%2Fv"), "https://a.test/v");
  assert.equal(sharedUrl("?text=Look%20at%20https%3A%2F%2Fa.test%2Fv%20now"), "https://a.test/v");
  assert.equal(sharedUrl("?url=javascript%3Aalert(1)"), "");
  assert.equal(sharedUrl(""), "");
});

test("the sound of a choice can be had in another language", () => {
  const formats = [
    { format_id: "v", kind: "video", container: "mp4", video_codec: "h264" },
    { format_id: "de", kind: "audio", container: "m4a", audio_language: "de", size_bytes: 1 },
    { format_id: "en-webm", kind: "audio", container: "webm", audio_language: "en", size_bytes: 1 },
    { format_id: "en", kind: "audio", container: "m4a", audio_language: "en", size_bytes: 1 },
  ];
  assert.deepEqual(soundLanguages(formats), ["de", "en"]);
  assert.equal(inLanguage("v+de", "en", formats), "v+en");
  assert.equal(inLanguage("de", "en", formats), "en");
  assert.equal(inLanguage("v+de", "fr", formats), "v+de");
  assert.equal(inLanguage("v", "en", formats), "v");
});

test("only a text that is one link counts as a pasted link", () => {
  assert.equal(linkIn(" https://example.org/watch?v=1\n"), "https://example.org/watch?v=1");
  for (const text of ["", null, "look: https://example.org/", "javascript:alert(1)", "file:///etc"]) {
    assert.equal(linkIn(text), "");
  }
});
