/**
 * Feeds a <video>: a file by itself, adaptive segments through hls.js, which is
 * only loaded when it is needed. Knows nothing of controls.
 */

const AHEAD_IDLE_S = 8;
const AHEAD_PLAYING_S = 40;
const GONE = new Set([401, 403, 404, 410]);

/** @returns {string} "720p"; the short side, so that portrait films read alike */
export const labelOf = ({ width, height }) => `${Math.min(width || height, height)}p`;

export class Engine {
  #hls = null;
  #turn = 0;
  #recovered = false;

  /**
   * @param {HTMLVideoElement} video
   * @param {{onQualities: () => void, onExpired: () => void, onFatal: () => void}} hooks
   */
  constructor(video, hooks) {
    this.video = video;
    this.hooks = hooks;
  }

  /** @returns {{index: number, label: string}[]} best first, empty for a file */
  get qualities() {
    return (this.#hls?.levels ?? [])
      .map((level, index) => ({ index, label: labelOf(level), bitrate: level.bitrate }))
      .filter(({ label }) => label !== "0p")
      .sort((a, b) => b.bitrate - a.bitrate);
  }

  /** Index of the quality that plays now, -1 while unknown. */
  get playing() {
    return this.#hls?.currentLevel ?? -1;
  }

  /** Index that was chosen by hand, -1 for automatic. */
  get chosen() {
    return this.#hls && !this.#hls.autoLevelEnabled ? this.#hls.manualLevel : -1;
  }

  /** @param {number} index of a quality, -1 for automatic */
  choose(index) {
    if (this.#hls) this.#hls.nextLevel = index;
    this.hooks.onQualities();
  }

  /**
   * @param {{kind: "hls" | "file", url: string}} source
   * @param {number} startAt seconds
   */
  async load(source, startAt = 0) {
    const turn = (this.#turn += 1);
    this.#recovered = false;
    if (source.kind === "file") {
      this.#drop();
      this.#loadFile(source.url, startAt);
      return;
    }
    const { default: Hls } = await import("hls.js");
    if (turn !== this.#turn) return;
    const link = this.#link;
    this.#drop();
    const hls = new Hls({
      // Said even for 0: else it begins near the end of what still grows.
      startPosition: startAt,
      ...link,
      capLevelToPlayerSize: true,
      // Fragments are MP4 already, so there is nothing for a worker to do.
      enableWorker: false,
      maxBufferLength: this.video.paused ? AHEAD_IDLE_S : AHEAD_PLAYING_S,
    });
    this.#hls = hls;
    const changed = () => this.hooks.onQualities();
    hls.on(Hls.Events.MANIFEST_PARSED, changed);
    hls.on(Hls.Events.LEVEL_SWITCHED, changed);
    hls.on(Hls.Events.ERROR, (_name, data) => this.#failed(data, Hls));
    hls.loadSource(source.url);
    hls.attachMedia(this.video);
  }

  /**
   * What hls.js begins with. On a link that is not known yet the smallest rung is
   * there at once; a known one, as when new rungs of a film in play have landed,
   * takes the best that it carries from the first segment on.
   */
  get #link() {
    if (this.playing < 0) return { startLevel: 0 };
    return { startLevel: undefined, abrEwmaDefaultEstimate: this.#hls.bandwidthEstimate };
  }

  /** Plays: from now on more is fetched ahead. */
  hurry() {
    if (this.#hls) this.#hls.config.maxBufferLength = AHEAD_PLAYING_S;
  }

  destroy() {
    this.#turn += 1;
    this.#drop();
  }

  #drop() {
    this.#hls?.destroy();
    this.#hls = null;
    this.hooks.onQualities();
  }

  #loadFile(url, startAt) {
    const { video } = this;
    if (video.getAttribute("src") === url && !video.error) return;
    video.src = url;
    if (startAt <= 0) return;
    video.addEventListener("loadedmetadata", () => (video.currentTime = startAt), { once: true });
  }

  #failed(data, Hls) {
    if (GONE.has(data.response?.code)) {
      this.hooks.onExpired();
      return;
    }
    if (!data.fatal) return;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && !this.#recovered) {
      this.#recovered = true;
      this.#hls.recoverMediaError();
      return;
    }
    this.hooks.onFatal();
  }
}
