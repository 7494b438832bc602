/** Where a drag catches: edges, markers, the playhead. Pure. */
import { partsOf, spanOf } from "../model/parts.js";

const KINDS = ["clip", "audio", "text", "caption"];

/** Times worth snapping to, sorted; parts in `except` do not count. */
export function snapTargets(timeline, { time, except = new Set() }) {
  const targets = new Set([0, time, timeline.duration]);
  for (const kind of KINDS) {
    for (const part of partsOf(timeline, kind)) {
      if (except.has(part.id)) continue;
      const { start, end } = spanOf(kind, part);
      targets.add(start);
      targets.add(end);
    }
  }
  for (const marker of timeline.markers ?? []) targets.add(marker.time);
  return [...targets].sort((a, b) => a - b);
}

/** The nearest target within reach, by halving. @returns {number | null} */
export function nearest(targets, time, reach) {
  let low = 0;
  let high = targets.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (targets[middle] < time) low = middle + 1;
    else high = middle;
  }
  let best = null;
  let distance = reach;
  for (const target of [targets[low - 1], targets[low]]) {
    if (target === undefined || Math.abs(target - time) >= distance) continue;
    distance = Math.abs(target - time);
    best = target;
  }
  return best;
}

/**
 * How far edges that move together must go on to catch.
 * @param {number[]} edges
 * @returns {{by: number, at: number} | null}
 */
export function catchEdges(targets, edges, reach) {
  let best = null;
  for (const edge of edges) {
    const at = nearest(targets, edge, best ? Math.abs(best.by) : reach);
    if (at !== null) best = { by: at - edge, at };
  }
  return best;
}
