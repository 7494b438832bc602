/**
 * Draws texts and captions with libass, the renderer's own text engine, from the
 * same script and the same font files.
 */
import { assScript, drawnTexts } from "./ass.js";

const IDLE_MS = 40;

export class Words {
  #engine = null;
  #script = "";
  #made = {};
  #fonts = new Set();
  #timer = 0;
  #updates = Promise.resolve();
  #drawing = false;
  #again = false;
  #waiting = false;

  /**
   * @param {{parent: HTMLElement, store: object, fonts: object[],
   *   urls: {worker: string, wasm: string}}} parts
   */
  constructor({ parent, store, fonts, urls }) {
    Object.assign(this, { parent, store, fonts, urls });
    store.watchDocument(() => this.#changed());
    store.watch((state) => state.time, () => this.draw());
    new ResizeObserver(() => this.#resized()).observe(parent);
  }

  #changed() {
    clearTimeout(this.#timer);
    this.#waiting = true;
    // One after the other: the engine is started once, and takes scripts in order.
    this.#timer = setTimeout(
      () => {
        const update = this.#updates.then(() => this.#update());
        this.#updates = update;
        void update.then(() => (this.#waiting = this.#updates !== update));
      },
      this.#engine ? 0 : IDLE_MS,
    );
  }

  async #update() {
    const { timeline, settings } = this.store.document;
    const { text_overlays: overlays, captions, duration } = timeline;
    const known = this.#made;
    const isSame =
      known.overlays === overlays && known.captions === captions &&
      known.duration === duration && known.settings === settings;
    if (isSame) return;
    this.#made = { overlays, captions, duration, settings };
    const script = assScript(timeline, settings);
    if (script === this.#script) return;
    this.#script = script;
    const texts = drawnTexts(timeline);
    if (texts.length === 0 && !this.#engine) return;
    try {
      if (this.#engine) {
        await this.#engine.ready;
        await this.#need(texts);
        await this.#engine.renderer.setTrack(script);
      } else {
        await this.#start(script, texts);
      }
      await this.draw(true);
    } catch (error) {
      console.warn(error);
    }
  }

  #files(texts) {
    const families = new Set(texts.map(({ style }) => style.font_family));
    families.add("Noto Sans");
    return this.fonts
      .filter(({ family }) => families.has(family))
      .flatMap(({ files }) => files.map(({ url }) => new URL(url, location.href).href));
  }

  async #need(texts) {
    const missing = this.#files(texts).filter((url) => !this.#fonts.has(url));
    if (missing.length === 0) return;
    for (const url of missing) this.#fonts.add(url);
    await this.#engine.renderer.addFonts(missing);
  }

  async #start(script, texts) {
    this.canvas = document.createElement("canvas");
    this.#size();
    this.parent.append(this.canvas);
    const { default: JASSUB } = await import("jassub");
    // Else it compiles a program on this page, which the page's policy forbids.
    JASSUB._supportsSIMD = false;
    this.#engine = new JASSUB({
      canvas: this.canvas,
      subContent: script,
      fonts: [],
      defaultFont: "Noto Sans",
      availableFonts: {},
      queryFonts: false,
      workerUrl: this.urls.worker,
      wasmUrl: this.urls.wasm,
    });
    // The sizes are ours: the frame's.
    this.#engine._ro.disconnect();
    await this.#engine.ready;
    // Given to the engine at its start they come later than its first drawing.
    await this.#need(texts);
  }

  #size() {
    const ratio = Math.min(2, devicePixelRatio || 1);
    this.width = Math.max(1, Math.round(this.parent.clientWidth * ratio));
    this.height = Math.max(1, Math.round(this.parent.clientHeight * ratio));
  }

  async #resized() {
    if (!this.#engine) return;
    this.#size();
    await this.draw(true);
  }

  /** Whether the words of this moment are on screen. */
  get isSettled() {
    return !this.#waiting && !this.#drawing && !this.#again;
  }

  /** Draws the words of the moment; while one drawing is under way the newest waits. */
  async draw(repaint = false) {
    if (!this.#engine) return;
    this.#again ||= this.#drawing;
    if (this.#drawing) return;
    this.#drawing = true;
    try {
      await this.#engine.ready;
      const { store } = this;
      // A fade is as far as the renderer has it at the beginning of the frame.
      const mediaTime = store.state.get().playing ? store.shownTime : store.shownFrame * store.frame;
      const { width, height } = this;
      if (`${width}x${height}` !== this.drawnSize) {
        this.drawnSize = `${width}x${height}`;
        await this.#engine.renderer._resizeCanvas(width, height, width, height);
        repaint = true;
      }
      await this.#engine.renderer._draw(mediaTime, repaint);
    } catch (error) {
      console.warn(error);
    } finally {
      this.#drawing = false;
    }
    if (this.#again) {
      this.#again = false;
      await this.draw(true);
    }
  }
}
