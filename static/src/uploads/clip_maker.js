/**
 * "Make a clip": in and out on the player, by buttons, keys, handles and typing.
 */
import { startDrag } from "../shared/drag.js";
import { field, setText, show } from "../shared/dom.js";
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { formatTimecode, parseTimecode } from "../shared/time.js";
import { toast, toastError } from "../shared/toasts.js";
import { clipRequest, withEnd, withStart } from "./clip_range.js";

const STEP_S = 0.1;
const BIG_STEP_S = 1;
const MOVES = { in: withStart, out: withEnd };

export class ClipMaker {
  #range = { start: 0, end: 0 };
  #stopAt = null;

  /**
   * @param {{form: HTMLFormElement, player: HTMLElement, asset: () => object,
   *   signal: AbortSignal}} parts
   */
  constructor({ form, player, asset, signal }) {
    Object.assign(this, { form, player, asset });
    this.video = player.querySelector("video");
    this.marks = player.querySelector("[data-player-marks]");
    const on = (target, type, handler) => target.addEventListener(type, handler, { signal });
    on(form, "submit", (event) => {
      event.preventDefault();
      this.#make();
    });
    on(form, "click", (event) => this.#press(event));
    on(form, "change", (event) => this.#typed(event.target));
    for (const handle of this.marks.querySelectorAll(".player-handle")) {
      on(handle, "pointerdown", (event) => this.#drag(event, handle));
      on(handle, "keydown", (event) => this.#nudge(event, handle.dataset.mark));
    }
    on(this.video, "timeupdate", () => this.#stopAtEnd());
    on(document, "keydown", (event) => this.#onKey(event));
  }

  get isOpen() {
    return !this.form.hidden;
  }

  get #duration() {
    // The server cuts the source, whose length a player may round up.
    const known = (this.asset().duration_ms ?? 0) / 1000;
    return known > 0 ? known : this.video.duration || 0;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    if (this.#range.end === 0) this.#range = { start: 0, end: this.#duration };
    show(this.form, true);
    show(this.marks, true);
    this.#paint();
    this.form.scrollIntoView({ block: "nearest" });
    this.form.querySelector("[data-clip='in']").focus({ preventScroll: true });
  }

  close() {
    show(this.form, false);
    show(this.marks, false);
  }

  #onKey(event) {
    const { key, target } = event;
    if (!this.isOpen || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.closest?.("input:not([type='range']), select, textarea, dialog")) return;
    const mark = { i: "in", o: "out" }[key.toLowerCase()];
    if (mark) this.#move(mark, this.video.currentTime);
  }

  #move(mark, seconds) {
    this.#range = MOVES[mark](this.#range, seconds, this.#duration);
    this.#paint();
  }

  #press(event) {
    const what = event.target.closest("[data-clip]")?.dataset.clip;
    const actions = {
      in: () => this.#move("in", this.video.currentTime),
      out: () => this.#move("out", this.video.currentTime),
      play: () => this.#play(),
    };
    actions[what]?.();
  }

  #typed(input) {
    const mark = input.dataset.time;
    if (!mark) return;
    const seconds = parseTimecode(input.value);
    if (seconds === null) this.#paint();
    else this.#move(mark, seconds);
  }

  #drag(event, handle) {
    const { mark } = handle.dataset;
    const before = this.#range;
    const from = mark === "in" ? before.start : before.end;
    const { width } = this.marks.getBoundingClientRect();
    const place = (dx) => from + (dx / width) * this.#duration;
    this.video.pause();
    handle.focus();
    startDrag(event, {
      move: (dx) => {
        this.#range = MOVES[mark](before, place(dx), this.#duration);
        this.video.currentTime = mark === "in" ? this.#range.start : this.#range.end;
        this.#paint();
      },
      end: (kept) => {
        if (kept) return;
        this.#range = before;
        this.#paint();
      },
    });
  }

  #nudge(event, mark) {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
    const direction = steps[event.key];
    if (!direction) return;
    event.preventDefault();
    const step = direction * (event.shiftKey ? BIG_STEP_S : STEP_S);
    this.#move(mark, (mark === "in" ? this.#range.start : this.#range.end) + step);
    this.video.currentTime = mark === "in" ? this.#range.start : this.#range.end;
  }

  #play() {
    this.video.currentTime = this.#range.start;
    this.#stopAt = this.#range.end;
    this.video.play().catch(() => {});
  }

  #stopAtEnd() {
    if (this.#stopAt === null || this.video.currentTime < this.#stopAt) return;
    this.#stopAt = null;
    this.video.pause();
  }

  #paint() {
    const { start, end } = this.#range;
    const duration = this.#duration || 1;
    this.marks.style.setProperty("--in", `${(start / duration) * 100}%`);
    this.marks.style.setProperty("--out", `${(end / duration) * 100}%`);
    for (const [mark, seconds] of [["in", start], ["out", end]]) {
      const text = formatTimecode(seconds);
      this.form.querySelector(`[data-time='${mark}']`).value = text;
      const handle = this.marks.querySelector(`[data-mark='${mark}']`);
      handle.setAttribute("aria-valuemax", String(Math.round(duration * 10) / 10));
      handle.setAttribute("aria-valuenow", String(Math.round(seconds * 10) / 10));
      handle.setAttribute("aria-valuetext", text);
    }
    setText(this.form, "length", formatTimecode(end - start));
  }

  async #make() {
    const button = field(this.form, "make");
    const { id } = this.asset();
    const title = this.form.elements.title.value;
    button.disabled = true;
    try {
      const path = `assets/${id}/clips/`;
      const body = clipRequest(this.#range, title);
      const { asset } = await api(path, { method: "POST", body });
      this.form.elements.title.value = "";
      toast(t("“{title}” is being cut.", { title: asset.title }), {
        tone: "success",
        action: { label: t("Open the clip"), run: () => location.assign(`/assets/${asset.id}/`) },
      });
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  }
}
