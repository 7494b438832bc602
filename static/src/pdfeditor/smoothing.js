/**
 * What a hand draws: fewer points, no jitter, a curve through them. Pure.
 *
 * A stroke is [[x, y, pressure?], …] in page space; pressure is 0..1.
 */
import { round2 } from "./geometry.js";

const distance = ([ax, ay], [bx, by]) => Math.hypot(ax - bx, ay - by);

/** Distance of a point from the line between two others. */
function deviation([x, y], [ax, ay], [bx, by]) {
  const length = Math.hypot(bx - ax, by - ay);
  if (length === 0) return Math.hypot(x - ax, y - ay);
  return Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length;
}

// A pressure this far from what its neighbours say is worth a point: between two
// points a line has one width.
const PRESSURE_STEP = 0.08;

/** How far a point's pressure is from an even change between two others. */
function pressureDeviation(point, from, to) {
  const [, , here = 0.5] = point;
  const [, , start = 0.5] = from;
  const [, , end = 0.5] = to;
  const before = distance(from, point);
  const share = before / (before + distance(point, to) || 1);
  return Math.abs(here - start - (end - start) * share);
}

/**
 * Drops points that a straight line would pass within `tolerance` of
 * (Ramer, Douglas and Peucker), without recursion: strokes can be long.
 */
export function simplify(stroke, tolerance) {
  if (stroke.length < 3) return stroke;
  const kept = new Uint8Array(stroke.length);
  kept[0] = kept[stroke.length - 1] = 1;
  const spans = [[0, stroke.length - 1]];
  while (spans.length > 0) {
    const [from, to] = spans.pop();
    let farthest = 0;
    let index = -1;
    for (let i = from + 1; i < to; i += 1) {
      const pressed = pressureDeviation(stroke[i], stroke[from], stroke[to]) / PRESSURE_STEP;
      const away = Math.max(deviation(stroke[i], stroke[from], stroke[to]), pressed * tolerance);
      if (away > farthest) {
        farthest = away;
        index = i;
      }
    }
    const [[, , start = 0.5], [, , end = 0.5]] = [stroke[from], stroke[to]];
    const swells = Math.abs(start - end) > 2 * PRESSURE_STEP && to - from > 1;
    if (farthest <= tolerance && swells) index = (from + to) >> 1;
    if (farthest > tolerance || swells) {
      kept[index] = 1;
      spans.push([from, index], [index, to]);
    }
  }
  return stroke.filter((_, index) => kept[index]);
}

/** A running mean over three points; the ends stay where the hand was. */
export function steady(stroke) {
  if (stroke.length < 4) return stroke;
  return stroke.map((point, i) => {
    const before = stroke[i - 1];
    const after = stroke[i + 1];
    if (!before || !after) return point;
    return point.map((value, axis) => (before[axis] + 2 * value + after[axis]) / 4);
  });
}

/**
 * @param {number[][]} stroke as the pointer reported it
 * @param {{tolerance?: number, withPressure?: boolean}} [options] tolerance in points
 * @returns {number[][]} what is stored
 */
export function finishStroke(stroke, { tolerance = 0.35, withPressure = false } = {}) {
  const apart = [];
  for (const point of stroke) {
    if (apart.length === 0 || distance(point, apart.at(-1)) > 0.05) apart.push(point);
  }
  const lean = simplify(steady(apart), tolerance);
  return lean.map(([x, y, pressure = 0.5]) =>
    withPressure ? [round2(x), round2(y), round2(pressure)] : [round2(x), round2(y)],
  );
}

/** Whether the pen really pressed differently, or the device only says 0.5. */
export function hasPressure(stroke) {
  return stroke.some(([, , pressure]) => pressure !== undefined && Math.abs(pressure - 0.5) > 0.02);
}

/** @returns {string} SVG path: quadratic curves through the midpoints */
export function curvePath(stroke) {
  if (stroke.length === 0) return "";
  const [[x0, y0]] = stroke;
  if (stroke.length === 1) return `M${x0} ${y0}l0 0.01`;
  let path = `M${x0} ${y0}`;
  for (let i = 1; i < stroke.length - 1; i += 1) {
    const [x, y] = stroke[i];
    const [nx, ny] = stroke[i + 1];
    path += `Q${x} ${y} ${round2((x + nx) / 2)} ${round2((y + ny) / 2)}`;
  }
  const [lx, ly] = stroke.at(-1);
  return `${path}L${lx} ${ly}`;
}

/** The width of a stroke under a pressure: 0.5 is the nominal width. */
export const widthAt = (width, pressure = 0.5) => width * (0.4 + 1.2 * pressure);

/**
 * Splits a stroke with pressure into pieces of one width, few enough to draw.
 * @returns {{width: number, points: number[][]}[]} neighbours share a point
 */
export function pressurePieces(stroke, width) {
  const pieces = [];
  const step = Math.max(0.15, width / 8);
  let piece = null;
  for (let i = 1; i < stroke.length; i += 1) {
    const mean = ((stroke[i - 1][2] ?? 0.5) + (stroke[i][2] ?? 0.5)) / 2;
    const at = Math.max(step, Math.round(widthAt(width, mean) / step) * step);
    if (piece && piece.width === at) {
      piece.points.push(stroke[i]);
    } else {
      piece = { width: at, points: [stroke[i - 1], stroke[i]] };
      pieces.push(piece);
    }
  }
  if (pieces.length === 0 && stroke.length === 1) pieces.push({ width, points: stroke });
  return pieces;
}
