import assert from "node:assert/strict";
import { test } from "node:test";
import * as looks from "../../../static/src/projects/model/looks.js";
import { remove } from "../../../static/src/projects/model/placing.js";
import { clip, sound, timeline } from "./timelines.js";

const pair = () => timeline([clip("a", 0, 4, 0), clip("b", 0, 4, 4), clip("c", 0, 4, 9)]);

test("a transform is merged, limited, and put back", () => {
  const next = looks.setTransform(pair(), "a", { x: 9, scale: 0, rotation: 190, crop: { left: 0.9 } });
  const { x, scale, rotation, crop } = next.clips[0].transform;
  assert.deepEqual([x, scale, rotation, crop.left], [3, 0.01, -170, 0.9]);
  const cropped = looks.setTransform(next, "a", { crop: { right: 0.9 } });
  assert.ok(cropped.clips[0].transform.crop.right <= 0.051);
  assert.deepEqual(looks.resetTransform(cropped, "a").clips[0].transform, looks.PLAIN);
});

test("effects are added, changed, timed, ordered and removed", () => {
  let next = looks.addEffect(pair(), "a", { id: "e", type: "blur", parameters: { radius: 4 } });
  next = looks.addEffect(next, "a", { id: "f", type: "hue", parameters: { degrees: 90 } });
  next = looks.changeEffect(next, "a", "e", { parameters: { radius: 8 } });
  next = looks.timeEffect(next, "a", "e", { start: 1, end: 99 });
  next = looks.orderEffect(next, "a", "f", -1);
  const [first, second] = next.clips[0].effects;
  assert.deepEqual([first.id, second.parameters.radius, second.start_time, second.end_time],
    ["f", 8, 1, 4]);
  assert.ok(looks.effectIsOn(second, 2) && !looks.effectIsOn(second, 0.5));
  assert.equal(looks.removeEffect(next, "a", "e").clips[0].effects.length, 1);
});

test("transitions live between neighbours only", () => {
  const next = looks.setTransition(pair(), { from: "a", to: "b", type: "wipe", direction: "up", duration: 9 });
  const [transition] = next.transitions;
  assert.deepEqual([transition.duration, transition.direction, transition.position], [4, "up", 4]);
  assert.deepEqual(looks.setTransition(pair(), { from: "b", to: "c", type: "fade" }).transitions, []);
  const other = looks.setTransition(next, { from: "a", to: "b", type: "dissolve" });
  assert.deepEqual(other.transitions.map(({ id, type, direction }) => [id, type, direction]),
    [[transition.id, "dissolve", undefined]]);
  assert.deepEqual(remove(next, [{ kind: "clip", id: "b" }], { ripple: true }).transitions, []);
  assert.deepEqual(looks.transitionSpan(next, transition), { cut: 4, start: 2, end: 6 });
});

test("a transition is changed in place", () => {
  const next = looks.setTransition(pair(), { id: "t", from: "a", to: "b", type: "fade", duration: 1 });
  const longer = looks.changeTransition(next, "t", { duration: 2, type: "slide" });
  assert.deepEqual([longer.transitions[0].id, longer.transitions[0].duration, longer.transitions[0].direction],
    ["t", 2, "left"]);
});

test("neighbours and cuts are found", () => {
  const { before, after } = looks.neighbours(pair(), "b");
  assert.deepEqual([before.id, after], ["a", null]);
  assert.equal(looks.nearestCut(pair(), 5).to.id, "b");
  assert.equal(looks.nearestCut(pair(), 8, 1), null);
});

test("the two fades of a sound fit into it", () => {
  const start = timeline([clip("a", 0, 4, 0)], { audio_tracks: [sound("s", 0, 4, 0, { fade_out: 1 })] });
  const next = looks.setFade(start, "audio", start.audio_tracks[0], { edge: "start", length: 9 });
  assert.equal(next.audio_tracks[0].fade_in, 3);
});
