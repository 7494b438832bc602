/** Which rows the timeline has, how high they are and where they lie. Pure. */
import { lanes, MAX_LAYER, partsOf } from "../model/parts.js";

export const HEIGHTS = { caption: 24, text: 26, clip: 60, audio: 44 };
const SPARE = 26;
const GAP = 4;

const highest = (parts, name) => parts.reduce((most, part) => Math.max(most, part[name] ?? 0), -1);

/**
 * From top to bottom: captions, texts, layers (the top one first), sounds. Above
 * the layers and below the sounds lies a spare row to drop into.
 *
 * @returns {{rows: {kind: string, row: number, top: number, height: number, spare: boolean}[],
 *   height: number, textRows: Map<string, number>}}
 */
export function layoutRows(timeline) {
  const rows = [];
  let top = GAP;
  const add = (kind, row, { spare = false } = {}) => {
    const height = spare ? SPARE : HEIGHTS[kind];
    rows.push({ kind, row, top, height, spare });
    top += height + GAP;
  };
  if (partsOf(timeline, "caption").length > 0) add("caption", 0);
  const { rows: textRows, count } = lanes(timeline.text_overlays);
  for (let row = 0; row < Math.max(1, count); row += 1) add("text", row, { spare: count === 0 });
  const layers = Math.max(0, highest(timeline.clips, "layer"));
  if (layers < MAX_LAYER) add("clip", layers + 1, { spare: true });
  for (let row = layers; row >= 0; row -= 1) add("clip", row);
  const tracks = highest(timeline.audio_tracks ?? [], "track");
  for (let row = 0; row <= tracks; row += 1) add("audio", row);
  if (tracks < MAX_LAYER) add("audio", tracks + 1, { spare: true });
  return { rows, height: top, textRows };
}

/** The row at a height, else the nearest. */
export function rowAt(layout, y) {
  let best = layout.rows[0];
  let distance = Infinity;
  for (const row of layout.rows) {
    const gap = y < row.top ? row.top - y : Math.max(0, y - row.top - row.height);
    if (gap < distance) [best, distance] = [row, gap];
  }
  return best;
}

export const findRow = (layout, kind, number) =>
  layout.rows.find((row) => row.kind === kind && row.row === number);

/** The row in which a part is drawn. */
export function rowFor(layout, kind, part) {
  if (kind === "text") return findRow(layout, "text", layout.textRows.get(part.id) ?? 0);
  if (kind === "caption") return findRow(layout, "caption", 0);
  return findRow(layout, kind, kind === "audio" ? (part.track ?? 0) : (part.layer ?? 0));
}
