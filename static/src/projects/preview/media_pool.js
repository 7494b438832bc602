/**
 * Media elements for the clips that are seen or heard now or soon. An element that
 * is free goes to another clip of the same file; the rest are let go.
 */

const MOST = 10;
const CLOSE_S = 0.001;

export class MediaPool {
  #held = new Map();
  #turn = 0;

  /** @param {{screen: HTMLElement, sourceOf: (asset: string) => {kind: string, url: string | null},
   *   onReady: () => void, onProblem: (asset: string) => void}} options */
  constructor(options) {
    Object.assign(this, options);
  }

  /** Begins a turn: what is not asked for until `sweep` is free. */
  begin() {
    this.#turn += 1;
  }

  /** @returns {Held | null} the element of a part */
  get(part) {
    const known = this.#held.get(part.id);
    if (known && known.asset === part.asset) {
      known.turn = this.#turn;
      return known;
    }
    const source = this.sourceOf(part.asset);
    if (!source?.url) return null;
    const held = this.#reused(part) ?? this.#make(part, source);
    held.turn = this.#turn;
    this.#held.set(part.id, held);
    return held;
  }

  has(id) {
    return this.#held.has(id);
  }

  #reused(part) {
    for (const [id, held] of this.#held) {
      if (held.asset !== part.asset || held.turn >= this.#turn - 1) continue;
      this.#held.delete(id);
      return held;
    }
    return null;
  }

  #make(part, source) {
    const held = new Held(part.asset, source, this);
    this.screen.append(held.wrap);
    return held;
  }

  /** Hides and stops what was not asked for; keeps a few for later. */
  sweep() {
    const idle = [];
    for (const [id, held] of this.#held) {
      if (held.turn === this.#turn) continue;
      held.hide();
      idle.push([held.turn, id, held]);
    }
    idle.sort(([a], [b]) => b - a);
    const room = Math.max(2, MOST - (this.#held.size - idle.length));
    for (const [, id, held] of idle.slice(room)) {
      held.destroy();
      this.#held.delete(id);
    }
  }

  /** New addresses for an asset whose links have expired. */
  refresh(asset) {
    for (const held of this.#held.values()) {
      if (held.asset === asset) held.load(this.sourceOf(asset));
    }
  }

  each(callback) {
    for (const held of this.#held.values()) callback(held);
  }
}

export class Held {
  #wanted = null;

  constructor(asset, source, pool) {
    this.asset = asset;
    this.turn = 0;
    this.wrap = document.createElement("div");
    this.wrap.className = "plane";
    this.shade = document.createElement("span");
    this.shade.className = "plane-shade";
    const name = { image: "img", audio: "audio" }[source.kind] ?? "video";
    this.media = document.createElement(name);
    this.isStill = name === "img";
    this.media.className = "plane-media";
    if (this.isStill) {
      this.media.alt = "";
      this.media.addEventListener("load", () => pool.onReady());
    } else {
      Object.assign(this.media, { preload: "auto", playsInline: true, disablePictureInPicture: true });
      this.media.addEventListener("seeked", () => this.#caughtUp(pool));
      this.media.addEventListener("loadeddata", () => this.#caughtUp(pool));
    }
    this.media.addEventListener("error", () => this.media.getAttribute("src") && pool.onProblem(asset));
    this.wrap.append(this.media, this.shade);
    this.load(source);
  }

  load({ url }) {
    if (url) this.media.src = url;
  }

  /** The size of the picture in its own pixels, null until it is known. */
  get size() {
    const { media } = this;
    const width = this.isStill ? media.naturalWidth : media.videoWidth;
    const height = this.isStill ? media.naturalHeight : media.videoHeight;
    return width && height ? { width, height } : null;
  }

  get isReady() {
    return this.isStill ? this.media.complete : this.media.readyState >= 2 && !this.media.seeking;
  }

  hide() {
    this.wrap.hidden = true;
    this.pause();
    if (this.gain) this.gain.gain.value = 0;
  }

  pause() {
    if (!this.isStill && !this.media.paused) this.media.pause();
  }

  /** Goes to a time of the source; while one seek is under way the newest waits. */
  moveTo(time) {
    if (this.isStill) return;
    const { media } = this;
    if (Math.abs(media.currentTime - time) < CLOSE_S) {
      this.#wanted = null;
      return;
    }
    if (media.seeking || media.readyState === 0) {
      this.#wanted = time;
      return;
    }
    media.currentTime = time;
  }

  #caughtUp(pool) {
    const time = this.#wanted;
    this.#wanted = null;
    if (time !== null && Math.abs(this.media.currentTime - time) >= CLOSE_S) {
      this.media.currentTime = time;
      return;
    }
    pool.onReady();
  }

  destroy() {
    this.node?.disconnect();
    this.gain?.disconnect();
    this.pause();
    this.media.removeAttribute("src");
    if (!this.isStill) this.media.load();
    this.wrap.remove();
  }
}
