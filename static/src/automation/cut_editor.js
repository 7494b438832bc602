/** The cuts over a waveform: dragged, stepped, heard, kept as one goes. */
import { field, setText, show } from "../shared/dom.js";
import { startDrag } from "../shared/drag.js";
import { t } from "../shared/i18n.js";
import { formatDuration, formatTimecode } from "../shared/time.js";
import { toast } from "../shared/toasts.js";
import { addCut, isSame, moveCut, msOf, partLengths, removeCut, samplesOf, shifted, zoomed } from "./cuts.js";
import { confidenceName } from "./wording.js";
import { drawWave } from "./wave.js";

const AROUND_S = 1.5;
const STEPS_MS = { ArrowLeft: -50, ArrowRight: 50, PageUp: 1000, PageDown: -1000 };

export class CutEditor {
  #root;
  #talk;
  #view = { start: 0, end: 1 };
  #total = 0;
  #cuts = [];
  #proposal = [];
  #chosen = 0;
  #peaks = null;
  #asked = 0;
  #stopAt = null;

  /**
   * @param {HTMLElement} root
   * @param {{askPeaks: (view: {start: number, end: number}, points: number) =>
   *   Promise<number[]>, keep: (samples: number[]) => void, accept: () => void}} talk
   */
  constructor(root, talk) {
    this.#root = root;
    this.#talk = talk;
    root.addEventListener("click", (event) => this.#press(event));
    const wave = field(root, "wave");
    const handles = field(root, "handles");
    handles.addEventListener("pointerdown", (event) => this.#grab(event));
    handles.addEventListener("keydown", (event) => this.#onKey(event));
    handles.addEventListener("focusin", (event) => this.#choose(Number(event.target.dataset.at)));
    wave.addEventListener("dblclick", (event) => this.#addAt(event));
    wave.addEventListener("wheel", (event) => this.#onWheel(event), { passive: false });
    field(root, "pan").addEventListener("input", (event) => this.#panTo(event.target.value / 1000));
    const sound = field(root, "sound");
    sound.addEventListener("timeupdate", () => this.#heard());
    this.watching = new ResizeObserver(() => this.#look(this.#view));
    this.watching.observe(wave);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  destroy() {
    this.watching.disconnect();
  }

  /** @param {object} preview as the API gives it @param {object[]} proposal what "back" leads to */
  load(preview, proposal) {
    this.#total = preview.sample_count;
    this.#cuts = preview.boundaries.map(({ sample, confidence }) => ({ sample, confidence }));
    this.#proposal = proposal;
    this.#look({ start: 0, end: this.#totalMs });
    this.#paint();
  }

  /** @param {string | null} url where the sound of the video is */
  hearFrom(url) {
    const sound = field(this.#root, "sound");
    if (url && sound.getAttribute("src") !== url) sound.src = url;
    for (const name of ["play"]) show(this.#button(name), Boolean(url));
  }

  get #totalMs() {
    return msOf(this.#total);
  }

  #button(name) {
    return this.#root.querySelector(`[data-cuts="${name}"]`);
  }

  async #look(view) {
    this.#view = view;
    this.#draw();
    this.#place();
    const width = Math.round(field(this.#root, "wave").clientWidth);
    if (width === 0 || this.#total === 0) return;
    const points = Math.min(4_000, Math.ceil(width / 2));
    // Answers may overtake each other: a narrower window's must not win.
    const asked = (this.#asked += 1);
    const found = await this.#talk.askPeaks(view, points);
    if (found && asked === this.#asked) {
      this.#peaks = { values: found, ...view };
      this.#draw();
    }
  }

  #draw() {
    drawWave(field(this.#root, "canvas"), this.#peaks, this.#view);
    setText(this.#root, "from", formatDuration(this.#view.start));
    setText(this.#root, "until", formatDuration(this.#view.end));
    const pan = field(this.#root, "pan");
    const hidden = this.#totalMs - (this.#view.end - this.#view.start);
    show(pan, hidden > 1);
    if (hidden > 1) pan.value = String((this.#view.start / hidden) * 1000);
    pan.style.setProperty("--fill", `${pan.value / 10}%`);
  }

  #share(ms) {
    return (ms - this.#view.start) / (this.#view.end - this.#view.start);
  }

  /** Puts every handle where its cut is; those out of view are hidden. */
  #place() {
    for (const handle of field(this.#root, "handles").children) {
      const share = this.#share(msOf(this.#cuts[handle.dataset.at].sample));
      handle.style.left = `${share * 100}%`;
      show(handle, share >= 0 && share <= 1);
    }
  }

  #paint() {
    const holder = field(this.#root, "handles");
    while (holder.children.length > this.#cuts.length) holder.lastElementChild.remove();
    while (holder.children.length < this.#cuts.length) holder.append(makeHandle());
    this.#cuts.forEach((cut, at) => {
      const handle = holder.children[at];
      handle.dataset.at = String(at);
      handle.dataset.confidence = cut.confidence;
      handle.setAttribute("aria-label", t("Cut {number}", { number: at + 1 }));
      handle.setAttribute("aria-valuemin", "0");
      handle.setAttribute("aria-valuemax", String(Math.round(this.#totalMs)));
      handle.setAttribute("aria-valuenow", String(Math.round(msOf(cut.sample))));
      handle.setAttribute(
        "aria-valuetext",
        `${formatTimecode(msOf(cut.sample) / 1000)}, ${confidenceName(cut.confidence)}`,
      );
    });
    this.#place();
    this.#choose(Math.min(this.#chosen, Math.max(0, this.#cuts.length - 1)));
    this.#paintSummary();
    this.#button("reset").disabled = isSame(this.#cuts, this.#proposal);
  }

  #paintSummary() {
    const { shortest_ms: least, longest_ms: most } = partLengths(this.#cuts, this.#total);
    const low = this.#cuts.filter(({ confidence }) => confidence === "low").length;
    const parts = [
      t("{count} parts of {least} to {most}", {
        count: this.#cuts.length + 1,
        least: formatDuration(least),
        most: formatDuration(most),
      }),
      low > 0 ? t("{count} cuts without a pause near", { count: low }) : t("every cut lies in a pause"),
    ];
    if (this.#cuts.length === 0) parts.splice(0, 2, t("One part: nothing is cut."));
    setText(this.#root, "summary", parts.join(" · "));
  }

  #choose(at) {
    if (Number.isNaN(at)) return;
    this.#chosen = at;
    const cut = this.#cuts[at];
    for (const handle of field(this.#root, "handles").children) {
      handle.classList.toggle("is-chosen", Number(handle.dataset.at) === at);
    }
    for (const name of ["play", "remove", "before", "after"]) this.#button(name).disabled = !cut;
    setText(
      this.#root,
      "chosen",
      cut
        ? `${at + 1}/${this.#cuts.length} · ${formatTimecode(msOf(cut.sample) / 1000)} · ${confidenceName(cut.confidence)}`
        : "",
    );
  }

  #change(cuts) {
    if (!cuts || cuts === this.#cuts) return;
    this.#cuts = cuts;
    this.#paint();
  }

  #keep() {
    this.#talk.keep(this.#cuts.map(({ sample }) => sample));
  }

  #grab(event) {
    const handle = event.target.closest("[data-at]");
    if (!handle) return;
    handle.focus({ preventScroll: true });
    const at = Number(handle.dataset.at);
    const before = this.#cuts;
    const width = field(this.#root, "wave").clientWidth;
    const perPixel = (this.#view.end - this.#view.start) / width;
    startDrag(event, {
      move: (dx) => {
        const to = before[at].sample + samplesOf(dx * perPixel);
        this.#change(moveCut(before, at, to, this.#total));
      },
      end: (kept) => {
        if (kept) this.#keep();
        else this.#change(before);
      },
    });
  }

  #onKey(event) {
    const at = Number(event.target.dataset.at);
    if (Number.isNaN(at)) return;
    const step = STEPS_MS[event.key];
    if (step) {
      event.preventDefault();
      const by = event.shiftKey ? step / 5 : step;
      this.#change(moveCut(this.#cuts, at, this.#cuts[at].sample + samplesOf(by), this.#total));
      this.#keep();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.#remove();
    } else if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      this.#listen();
    }
  }

  #addAt(event) {
    const box = field(this.#root, "wave").getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const ms = this.#view.start + share * (this.#view.end - this.#view.start);
    const cuts = addCut(this.#cuts, samplesOf(ms), this.#total);
    if (!cuts) return;
    this.#change(cuts);
    this.#focus(cuts.findIndex(({ sample }) => sample === Math.round(samplesOf(ms))));
    this.#keep();
  }

  #remove() {
    const cuts = removeCut(this.#cuts, this.#chosen, this.#total);
    if (!cuts) {
      toast(t("No part may be longer than seven and a half minutes."), { tone: "error" });
      return;
    }
    this.#change(cuts);
    this.#focus(this.#chosen);
    this.#keep();
  }

  #focus(at) {
    const cut = this.#cuts[at];
    if (!cut) return;
    const ms = msOf(cut.sample);
    const { start, end } = this.#view;
    if (ms < start || ms > end) this.#look(shifted(this.#view, ms - (start + end) / 2, this.#totalMs));
    field(this.#root, "handles").children[at].focus({ preventScroll: true });
  }

  #press(event) {
    const what = event.target.closest("[data-cuts]")?.dataset.cuts;
    const middle = this.#cuts[this.#chosen]
      ? msOf(this.#cuts[this.#chosen].sample)
      : (this.#view.start + this.#view.end) / 2;
    switch (what) {
      case "in":
        return this.#look(zoomed(this.#view, 2, middle, this.#totalMs));
      case "out":
        return this.#look(zoomed(this.#view, 0.5, middle, this.#totalMs));
      case "all":
        return this.#look({ start: 0, end: this.#totalMs });
      case "before":
        return this.#focus(Math.max(0, this.#chosen - 1));
      case "after":
        return this.#focus(Math.min(this.#cuts.length - 1, this.#chosen + 1));
      case "play":
        return this.#listen();
      case "remove":
        return this.#remove();
      case "reset":
        this.#change(this.#proposal);
        return this.#keep();
      case "accept":
        return this.#talk.accept();
      default:
        return undefined;
    }
  }

  #onWheel(event) {
    const box = field(this.#root, "wave").getBoundingClientRect();
    const length = this.#view.end - this.#view.start;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const at = this.#view.start + ((event.clientX - box.left) / box.width) * length;
      this.#look(zoomed(this.#view, event.deltaY < 0 ? 1.25 : 0.8, at, this.#totalMs));
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
      event.preventDefault();
      const by = ((event.deltaX || event.deltaY) / box.width) * length;
      this.#look(shifted(this.#view, by, this.#totalMs));
    }
  }

  #panTo(share) {
    const length = this.#view.end - this.#view.start;
    const start = share * (this.#totalMs - length);
    this.#look({ start, end: start + length });
  }

  /** Plays from a little before the chosen cut to a little after it. */
  #listen() {
    const sound = field(this.#root, "sound");
    const cut = this.#cuts[this.#chosen];
    if (!cut || !sound.getAttribute("src")) return;
    const at = msOf(cut.sample) / 1000;
    sound.currentTime = Math.max(0, at - AROUND_S);
    this.#stopAt = at + AROUND_S;
    sound.play().catch(() => {});
  }

  #heard() {
    const sound = field(this.#root, "sound");
    if (this.#stopAt !== null && sound.currentTime >= this.#stopAt) {
      sound.pause();
      this.#stopAt = null;
    }
    const head = field(this.#root, "head");
    const share = this.#share(sound.currentTime * 1000);
    show(head, !sound.paused && share >= 0 && share <= 1);
    head.style.left = `${share * 100}%`;
  }
}

function makeHandle() {
  const handle = document.createElement("button");
  handle.type = "button";
  handle.className = "wave-cut";
  handle.setAttribute("role", "slider");
  return handle;
}
