import assert from "node:assert/strict";
import { test } from "node:test";
import * as words from "../../../static/src/projects/model/words.js";
import { clip, text, timeline } from "./timelines.js";

const ten = (more) => timeline([clip("a", 0, 10, 0)], more);

test("a text that has too little room begins earlier", () => {
  const next = words.addText(ten(), { id: "t", text: "Hi", at: 9 });
  const [added] = next.text_overlays;
  assert.deepEqual([added.start_time, added.end_time], [6, 10]);
  assert.equal(added.style.font_family, "Inter");
});

test("parts of a text are merged", () => {
  const start = ten({ text_overlays: [text("t", 0, 2)] });
  const next = words.changeText(start, "t", { style: { italic: true }, position: { x: 0.1 } });
  const [changed] = next.text_overlays;
  assert.deepEqual([changed.style.italic, changed.style.bold, changed.position.y], [true, true, 0.5]);
});

test("captions are kept in order and never lie over one another when added", () => {
  let next = words.addCue(ten(), { id: "one", at: 4, text: "1" });
  next = words.addCue(next, { id: "two", at: 1, text: "2" });
  next = words.addCue(next, { id: "three", at: 2, text: "3" });
  assert.deepEqual(
    next.captions.cues.map(({ id, start_time: start, end_time: end }) => [id, start, end]),
    [["two", 1, 3.5], ["three", 3.5, 4], ["one", 4, 6.5]],
  );
  assert.equal(next.captions.burn_in, false);
  next = words.changeCue(next, "one", { text: "new", end_time: 2 });
  assert.deepEqual([next.captions.cues[2].text, next.captions.cues[2].end_time], ["new", 4.1]);
  assert.equal(words.removeCue(next, "two").captions.cues.length, 2);
});

test("imported captions take the place of all others", () => {
  const start = words.addCue(ten(), { at: 1, text: "old" });
  const next = words.replaceCues(start, [{ start_time: 2, end_time: 3, text: "b" }]);
  assert.deepEqual(next.captions.cues.map(({ text: said }) => said), ["b"]);
  const styled = words.changeCaptions(next, { burn_in: true, style: { font_size: 20 } });
  assert.deepEqual([styled.captions.burn_in, styled.captions.style.font_size], [true, 20]);
});

test("a marker is set and taken away by the same key", () => {
  const set = words.toggleMarker(ten(), { at: 3, frame: 0.04 });
  assert.equal(set.markers[0].time, 3);
  assert.deepEqual(words.toggleMarker(set, { at: 3.01, frame: 0.04 }).markers, []);
});

test("texts keep their share of another frame", () => {
  const settings = { resolution: { width: 1280, height: 720 } };
  const project = { settings, timeline: ten({ text_overlays: [text("t", 0, 2)] }) };
  const next = words.resizeFrame(project, { width: 1080, height: 1440 });
  assert.equal(next.timeline.text_overlays[0].style.font_size, 96);
});

test("fades show a text bit by bit, and shorten where they do not fit", () => {
  const faded = text("t", 10, 12, { animation: { fade_in: 1, fade_out: 0.5 } });
  assert.deepEqual([9.9, 10.5, 11.2, 11.75, 12].map((at) => words.visibility(faded, at)),
    [0, 0.5, 1, 0.5, 0]);
  const short = text("t", 0, 1, { animation: { fade_in: 3, fade_out: 1 } });
  assert.equal(words.visibility(short, 0.75), 1);
});

test("an outline has a colour and a width, or neither", () => {
  const bare = { font_size: 100 };
  assert.deepEqual(words.outlined(bare, { outline_color: "#ff0000" }), {
    outline_color: "#ff0000", outline_width: 4,
  });
  const red = { ...bare, outline_color: "#ff0000", outline_width: 7 };
  assert.deepEqual(words.outlined(red, { outline_color: "#00ff00" }), {
    outline_color: "#00ff00", outline_width: 7,
  });
  assert.equal(words.outlined(red, { outline_width: 2.5 }).outline_width, 2.5);
  const none = { outline_color: null, outline_width: 0 };
  assert.deepEqual(words.outlined(red, { outline_width: 0 }), none);
  assert.deepEqual(words.outlined(red, { outline_color: null }), none);
});

test("captions without a look of their own have the usual one", () => {
  assert.deepEqual(words.captionLook(ten()).position, { x: 0.5, y: 0.88 });
  const changed = words.changeCaptions(ten(), { style: { font_size: 60 }, position: { y: 0.12 } });
  const { style, position } = words.captionLook(changed);
  assert.deepEqual([style.font_size, style.color, position.x, position.y], [60, "#ffffff", 0.5, 0.12]);
});
