import assert from "node:assert/strict";
import { test } from "node:test";
import { trackFor } from "../../../static/src/shared/player/captions.js";
import { parseCues, wordsAt } from "../../../static/src/shared/player/cues.js";

const VTT = `WEBVTT

00:00:01.000 --> 00:00:02.500
Ducks &amp; &lt;geese&gt;
below

01:00:00.000 --> 01:00:01.000
Late

00:00:02.000 --> 00:00:03.000
Both

broken --> 00:00:09.000
never
`;

test("times and words come out, whatever the order", () => {
  assert.deepEqual(parseCues(VTT), [
    { start: 1, end: 2.5, text: "Ducks & <geese>\nbelow" },
    { start: 2, end: 3, text: "Both" },
    { start: 3600, end: 3601, text: "Late" },
  ]);
  assert.deepEqual(parseCues("<html>nothing</html>"), []);
});

test("words are said from their start until their end", () => {
  const cues = parseCues(VTT);
  assert.equal(wordsAt(cues, 0.999), "");
  assert.equal(wordsAt(cues, 1), "Ducks & <geese>\nbelow");
  assert.equal(wordsAt(cues, 2.2), "Ducks & <geese>\nbelow\nBoth");
  assert.equal(wordsAt(cues, 2.5), "Both");
  assert.equal(wordsAt(cues, 3), "");
  assert.equal(wordsAt([], 3), "");
});

test("the language of before is found again, or a near one", () => {
  const tracks = [{ language: "en" }, { language: "pt-BR" }, { language: "en-GB" }];
  assert.equal(trackFor(tracks, "en-GB"), 2);
  assert.equal(trackFor(tracks, "en-US"), 0);
  assert.equal(trackFor(tracks, "pt"), 1);
  assert.equal(trackFor(tracks, "fr"), -1);
  assert.equal(trackFor(tracks, ""), -1);
});
