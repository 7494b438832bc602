/**
 * Pictures and sound along clips: thumbnails from the sheets of the library, and
 * the loudest sample of each fiftieth of a second.
 *
 * Only the piece of a clip that is near the window is drawn.
 */
import { parseThumbnails, thumbnailAt } from "../../shared/player/thumbnails.js";

const KEPT_SHEETS = 40;
const OVER = 2;

export class Strips {
  #indexes = new Map();
  #sheets = new Map();
  #peaks = new Map();
  #waiting = new Set();
  #frame = 0;
  #colors = new Map();

  /** @param {{playback: Record<string, {thumbnails: string | null, peaks?: object}>,
   *   posters: (asset: string) => string | null}} sources */
  constructor({ playback, posters }) {
    this.playback = playback;
    this.posters = posters;
  }

  /** Calls back when something that was missing has come. */
  onNews(callback) {
    this.news = callback;
  }

  #soon(asset) {
    this.#waiting.add(asset);
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => {
      const assets = new Set(this.#waiting);
      this.#waiting.clear();
      this.news?.(assets);
    });
  }

  #once(map, asset, load) {
    if (!map.has(asset)) {
      map.set(asset, null);
      load().then(
        (value) => {
          map.set(asset, value);
          this.#soon(asset);
        },
        // Without pictures a clip still has its name.
        () => {},
      );
    }
    return map.get(asset);
  }

  #thumbnails(asset) {
    const url = this.playback[asset]?.thumbnails;
    if (!url) return this.#poster(asset);
    return this.#once(this.#indexes, asset, async () => {
      const answer = await fetch(url);
      return parseThumbnails(await answer.text(), new URL(url, location.href).href);
    });
  }

  #poster(asset) {
    const url = this.posters(asset);
    if (!url) return null;
    const image = this.#sheet(url, asset);
    if (!image) return null;
    const { naturalWidth: width, naturalHeight: height } = image;
    return [{ start: 0, end: Infinity, url, x: 0, y: 0, width, height }];
  }

  #sheet(url, asset) {
    const known = this.#sheets.get(url);
    if (known) {
      this.#sheets.delete(url);
      this.#sheets.set(url, known);
      return known.complete && known.naturalWidth > 0 ? known : null;
    }
    const image = new Image();
    image.decoding = "async";
    image.addEventListener("load", () => this.#soon(asset));
    image.src = url;
    this.#sheets.set(url, image);
    if (this.#sheets.size > KEPT_SHEETS) this.#sheets.delete(this.#sheets.keys().next().value);
    return null;
  }

  #loudness(asset) {
    const peaks = this.playback[asset]?.peaks;
    if (!peaks?.url) return null;
    const data = this.#once(this.#peaks, asset, async () => {
      const answer = await fetch(peaks.url);
      if (!answer.ok) throw new Error("no peaks");
      return new Uint8Array(await answer.arrayBuffer());
    });
    return data && { data, perSecond: peaks.per_second ?? 50 };
  }

  /** The style sheet's colour of a kind's waveforms, asked for once in each theme. */
  waveColor(kind, canvas) {
    if (!this.#colors.has(kind)) this.#colors.set(kind, getComputedStyle(canvas).color);
    return this.#colors.get(kind);
  }

  forgetColors() {
    this.#colors.clear();
  }

  hasSound(asset) {
    return Boolean(this.playback[asset]?.peaks?.url);
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{part: object, zoom: number, from: number, to: number, height: number}} view
   *   `from` and `to`: pixels of the clip that are near the window
   */
  drawPictures(canvas, { part, zoom, from, to, height }) {
    const thumbnails = this.#thumbnails(part.asset);
    const first = thumbnails?.[0];
    if (!first) return clear(canvas);
    const tile = Math.max(16, Math.round((height * first.width) / first.height));
    const start = Math.floor(from / tile) * tile;
    const width = Math.min(to, part.duration * zoom) - start;
    const context = prepared(canvas, { left: start, width, height, scale: 1 });
    for (let x = start; x < start + width; x += tile) {
      const time = part.start_time + ((x + tile / 2) / zoom) * part.speed;
      const picture = thumbnailAt(thumbnails, Math.min(time, part.end_time));
      const sheet = picture && this.#sheet(picture.url, part.asset);
      if (!sheet) continue;
      const { x: left, y: top, width: wide, height: high } = picture;
      context.drawImage(sheet, left, top, wide, high, x - start, 0, tile, height);
    }
  }

  drawWave(canvas, { part, zoom, from, to, height, color }) {
    const sound = this.#loudness(part.asset);
    if (!sound || part.muted) return clear(canvas);
    const end = Math.min(to, part.duration * zoom);
    const start = Math.max(0, Math.floor(from));
    const context = prepared(canvas, { left: start, width: end - start, height, scale: 1 });
    context.fillStyle = color;
    const perPixel = (sound.perSecond * part.speed) / zoom;
    const first = (part.start_time + (start / zoom) * part.speed) * sound.perSecond;
    const volume = Math.min(1, part.volume ?? 1) / 255;
    for (let x = 0; x < end - start; x += OVER) {
      const a = Math.floor(first + x * perPixel);
      const b = Math.max(a + 1, Math.floor(first + (x + OVER) * perPixel));
      let loudest = 0;
      for (let at = a; at < b; at += 1) loudest = Math.max(loudest, sound.data[at] ?? 0);
      const high = Math.max(1, loudest * volume * (height - 2));
      context.fillRect(x, height - high, OVER - 0.5, high);
    }
  }
}

function clear(canvas) {
  if (canvas.width !== 1) canvas.width = 1;
  canvas.style.width = "0";
}

function prepared(canvas, { left, width, height, scale }) {
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.style.left = `${left}px`;
  canvas.style.width = `${Math.max(0, width)}px`;
  canvas.style.height = `${height}px`;
  return canvas.getContext("2d");
}
