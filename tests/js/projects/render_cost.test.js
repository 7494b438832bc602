import assert from "node:assert/strict";
import { test } from "node:test";
import { costOf } from "../../../static/src/projects/panels/render_cost.js";

test("a render's cost is its time and the shares of what was done", () => {
  const cost = { wall_s: 65, copied_frames: 0, cached_frames: 75, encoded_frames: 25 };
  const plan = { copied_share: 0, cached_share: 0, encoded_share: 1 };
  assert.equal(costOf({ cost, plan }), "took 1:05 · 75 % from before · 25 % encoded");
});

test("without a cost there is the plan, and without both nothing", () => {
  const times = { started_at: "2026-01-01T00:00:00Z", finished_at: "2026-01-01T00:00:03Z" };
  const plan = { copied_share: 1, cached_share: 0, encoded_share: 0 };
  assert.equal(costOf({ ...times, plan }), "took 0:03 · 100 % copied");
  assert.equal(costOf({}), "");
});
