/** Pictures for a place in a film: a WebVTT index that points into sheets. */

const CLOCK = /^(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})$/;
const BOX = /#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/;

function seconds(text) {
  const match = CLOCK.exec(text);
  if (!match) return Number.NaN;
  const [, hours = "0", minutes, whole, thousandths] = match;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(whole) + Number(thousandths) / 1000;
}

/**
 * @param {string} text of the WebVTT file
 * @param {string} base its address, which the sheets' addresses are relative to
 * @returns {{start: number, end: number, url: string, x: number, y: number,
 *   width: number, height: number}[]} by time; what cannot be read is left out
 */
export function parseThumbnails(text, base) {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  if (!lines[0]?.startsWith("WEBVTT")) return [];
  const found = [];
  lines.forEach((line, index) => {
    const [from, arrow, to] = line.trim().split(/\s+/);
    if (arrow !== "-->") return;
    const start = seconds(from);
    const end = seconds(to);
    const address = (lines[index + 1] ?? "").trim();
    const box = BOX.exec(address)?.slice(1).map(Number);
    if (!(end > start) || !box || !URL.canParse(address, base)) return;
    const url = new URL(address, base);
    url.hash = "";
    const [x, y, width, height] = box;
    found.push({ start, end, url: url.href, x, y, width, height });
  });
  return found.sort((a, b) => a.start - b.start);
}

/** The picture for a moment; past the last one, the last. */
export function thumbnailAt(thumbnails, time) {
  let low = 0;
  let high = thumbnails.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (thumbnails[middle].start <= time) low = middle;
    else high = middle - 1;
  }
  return thumbnails[low] ?? null;
}

/** Shows a thumbnail as the background of an element of its size. */
export function paintThumbnail(element, thumbnail) {
  const { style } = element;
  style.setProperty("width", `${thumbnail.width}px`);
  style.setProperty("height", `${thumbnail.height}px`);
  style.setProperty("background-image", `url("${thumbnail.url}")`);
  style.setProperty("background-position", `-${thumbnail.x}px -${thumbnail.y}px`);
}
