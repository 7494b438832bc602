import assert from "node:assert/strict";
import { test } from "node:test";
import { layoutRows, rowAt, rowFor } from "../../../static/src/projects/timeline/rows.js";
import { catchEdges, nearest, snapTargets } from "../../../static/src/projects/timeline/snapping.js";
import { clip, sound, text, timeline } from "./timelines.js";

const names = ({ rows }) => rows.map(({ kind, row, spare }) => `${kind}${row}${spare ? "+" : ""}`);

test("rows lie from captions down to sounds, with room to drop into", () => {
  const full = timeline([clip("a", 0, 4, 0), clip("b", 0, 4, 0, { layer: 2 })], {
    audio_tracks: [sound("s", 0, 4, 0, { track: 1 })],
    text_overlays: [text("t", 0, 2), text("u", 1, 3)],
    captions: { cues: [{ id: "q", start_time: 0, end_time: 1, text: "q" }] },
  });
  const layout = layoutRows(full);
  assert.deepEqual(names(layout),
    ["caption0", "text0", "text1", "clip3+", "clip2", "clip1", "clip0", "audio0", "audio1", "audio2+"]);
  assert.deepEqual(names(layoutRows(timeline([]))), ["text0+", "clip1+", "clip0", "audio0+"]);
  assert.equal(rowFor(layout, "text", full.text_overlays[1]).row, 1);
  assert.equal(rowFor(layout, "clip", full.clips[1]).row, 2);
  const row = layout.rows.find(({ kind, row: number }) => kind === "clip" && number === 1);
  assert.equal(rowAt(layout, row.top + 3), row);
  assert.equal(rowAt(layout, 9999).kind, "audio");
});

test("edges, markers and the playhead catch, what is dragged does not", () => {
  const start = timeline([clip("a", 0, 4, 0), clip("b", 0, 4, 6)], { markers: [{ id: "m", time: 5 }] });
  const targets = snapTargets(start, { time: 3, except: new Set(["b"]) });
  assert.deepEqual(targets, [0, 3, 4, 5, 10]);
  assert.equal(nearest(targets, 4.4, 0.5), 4);
  assert.equal(nearest(targets, 8, 0.5), null);
  assert.deepEqual(catchEdges(targets, [1.5, 4.9], 0.5).at, 5);
  assert.equal(catchEdges(targets, [7], 0.5), null);
});
