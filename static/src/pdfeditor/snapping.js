/** Where a moving box catches: page edges and centres, and its neighbours. Pure. */

const marks = (start, size) => [start, start + size / 2, start + size];

/**
 * @param {import("./geometry.js").Box} moving where the box would be
 * @param {import("./geometry.js").Box[]} others what it may catch on
 * @param {number} reach in points
 * @returns {{dx: number, dy: number, guides: {axis: "x" | "y", at: number}[]}}
 *   what to add, and the lines to show
 */
export function snap(moving, others, reach) {
  const x = nearest(marks(moving.x, moving.width), others.map((box) => marks(box.x, box.width)), reach);
  const y = nearest(marks(moving.y, moving.height), others.map((box) => marks(box.y, box.height)), reach);
  const guides = [];
  if (x) guides.push({ axis: "x", at: x.at });
  if (y) guides.push({ axis: "y", at: y.at });
  return { dx: x?.by ?? 0, dy: y?.by ?? 0, guides };
}

function nearest(own, others, reach) {
  let best = null;
  for (const marksOfOne of others) {
    for (const at of marksOfOne) {
      for (const mark of own) {
        const by = at - mark;
        if (Math.abs(by) <= reach && (!best || Math.abs(by) < Math.abs(best.by))) best = { by, at };
      }
    }
  }
  return best;
}
