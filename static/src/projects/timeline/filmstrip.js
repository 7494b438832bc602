/**
 * Pictures along a clip, taken in the browser from its preview rendition.
 *
 * One hidden video for each asset, one seek at a time; frames are kept by time,
 * so zooming and trimming reuse what was taken.
 */

const FRAME_H = 54;
const KEPT = 240;

export class Filmstrips {
  #sources = new Map();

  /** @param {Record<string, {progressive: string | null}>} playback */
  constructor(playback) {
    this.playback = playback;
  }

  /**
   * Draws what is known of a clip and asks for what is missing.
   * @param {HTMLCanvasElement} canvas
   * @param {{clip: object, width: number}} view width in CSS pixels
   */
  draw(canvas, { clip, width }) {
    const source = this.#sourceOf(clip.asset);
    if (!source || width < 8) return;
    canvas.width = Math.min(8192, Math.round(width));
    canvas.height = FRAME_H;
    const context = canvas.getContext("2d");
    const tile = FRAME_H * source.aspect;
    const count = Math.ceil(width / tile);
    const wanted = [];
    for (let index = 0; index < count; index += 1) {
      const share = Math.min(1, ((index + 0.5) * tile) / width);
      const time = clip.start_time + share * (clip.end_time - clip.start_time);
      const key = source.keyOf(time, tile * (clip.duration / width));
      wanted.push(key);
      const picture = source.frames.get(key) ?? source.nearest(key);
      if (picture) context.drawImage(picture, index * tile, 0, tile, FRAME_H);
    }
    source.want(canvas, wanted, () => this.draw(canvas, { clip, width }));
  }

  #sourceOf(asset) {
    const address = this.playback[asset]?.progressive;
    if (!address) return null;
    if (!this.#sources.has(asset)) this.#sources.set(asset, new FrameSource(address));
    return this.#sources.get(asset);
  }
}

class FrameSource {
  frames = new Map();
  aspect = 16 / 9;
  #video = document.createElement("video");
  #wanted = new Map();
  #busy = false;
  #ready = false;

  constructor(address) {
    this.#video.muted = true;
    this.#video.preload = "auto";
    this.#video.src = address;
    this.#video.addEventListener("loadeddata", () => {
      this.#ready = true;
      this.aspect = this.#video.videoWidth / this.#video.videoHeight || this.aspect;
      for (const { redraw } of [...this.#wanted.values()]) redraw();
      this.#next();
    });
    this.#video.addEventListener("seeked", () => this.#take());
    this.#video.addEventListener("error", () => this.#wanted.clear());
  }

  /** Times a tile apart share a frame; steps double so that zooming reuses them. */
  keyOf(time, spanOfTile) {
    const step = 2 ** Math.floor(Math.log2(Math.max(0.04, spanOfTile)));
    return Math.round(time / step) * step;
  }

  nearest(time) {
    let best = null;
    let distance = Infinity;
    for (const [key, picture] of this.frames) {
      const gap = Math.abs(key - time);
      if (gap < distance) [best, distance] = [picture, gap];
    }
    return best;
  }

  want(canvas, times, redraw) {
    const missing = times.filter((time) => !this.frames.has(time));
    if (missing.length === 0) this.#wanted.delete(canvas);
    else this.#wanted.set(canvas, { missing, redraw });
    this.#next();
  }

  #next() {
    if (this.#busy || !this.#ready) return;
    for (const [canvas, { missing }] of this.#wanted) {
      if (!canvas.isConnected || missing.length === 0) {
        this.#wanted.delete(canvas);
        continue;
      }
      this.#busy = true;
      this.target = missing[0];
      const latest = Math.max(0, (this.#video.duration || 0) - 0.05);
      const time = Math.max(0.001, Math.min(this.target, latest));
      // Seeking to where it is already fires no event.
      if (Math.abs(this.#video.currentTime - time) < 0.0005) this.#take();
      else this.#video.currentTime = time;
      return;
    }
  }

  #take() {
    if (this.target === undefined) return;
    const picture = document.createElement("canvas");
    picture.width = Math.round(FRAME_H * this.aspect);
    picture.height = FRAME_H;
    picture.getContext("2d").drawImage(this.#video, 0, 0, picture.width, picture.height);
    this.frames.set(this.target, picture);
    if (this.frames.size > KEPT) this.frames.delete(this.frames.keys().next().value);
    const done = this.target;
    this.target = undefined;
    this.#busy = false;
    for (const [canvas, { missing, redraw }] of [...this.#wanted]) {
      const left = missing.filter((time) => time !== done);
      if (left.length === missing.length) continue;
      if (left.length === 0) this.#wanted.delete(canvas);
      else this.#wanted.set(canvas, { missing: left, redraw });
      redraw();
    }
    queueMicrotask(() => this.#next());
  }
}
