/** One part of the timeline as an element; repainted only where it differs. */
import { t } from "../../shared/i18n.js";
import { formatTimecode } from "../../shared/time.js";
import { plays, spanOf } from "../model/parts.js";
import { ORIGIN_PX } from "./scale.js";

const STRIP_FROM_PX = 26;
const HANDLES_FROM_PX = 22;
const NAMES = {
  clip: (name) => t("Clip {name}", { name }),
  audio: (name) => t("Sound {name}", { name }),
  text: (name) => t("Text {name}", { name }),
  caption: (name) => t("Caption {name}", { name }),
  transition: (name) => t("Transition {name}", { name }),
};
const TRANSITIONS = { fade: "Fade", dissolve: "Dissolve", wipe: "Wipe", slide: "Slide", none: "Cut" };

/** What pictures and sound along a clip follow from, besides where it is. */
const DRAWN = ["asset", "start_time", "end_time", "speed", "volume", "muted"];

export class ItemBox {
  #painted = {};
  #styles = new Map();
  #isTiny = false;
  #said = null;

  constructor({ element, kind, id, strips, titles }) {
    Object.assign(this, { element, kind, id, strips, titles });
    element.dataset.item = kind;
    element.dataset.id = id;
    element.classList.add(`item-${kind}`);
    this.body = element.querySelector("[data-body]");
    this.name = element.querySelector("[data-field='name']");
    this.edges = [...element.querySelectorAll("[data-edge]")];
    if (kind === "transition") this.body.title = t("Drag its edges to change its length");
  }

  /**
   * @param {{part: object, span: {start: number, end: number}, row: object, zoom: number,
   *   near: {from: number, to: number}, problem: string | undefined, isDraft: boolean}} view
   *   `near` in pixels; `isDraft`: a drag is under way, and what is only read aloud waits
   */
  paint({ part, span, row, zoom, near, problem, isDraft }) {
    const before = this.#painted;
    const place = before.zoom !== zoom || before.row?.top !== row.top || before.row?.height !== row.height;
    const changed = before.part !== part || before.start !== span.start || before.end !== span.end;
    const drawn = place ? null : before.drawn;
    this.#painted = { part, zoom, row, near, drawn, problem, start: span.start, end: span.end };
    if (before.problem !== problem) this.element.classList.toggle("is-wrong", Boolean(problem));
    if (this.#said !== part && !(isDraft && this.#said)) this.#say(part);
    if (!place && !changed && before.near === near) return;
    const width = Math.max(3, (span.end - span.start) * zoom - (plays(this.kind) ? 1 : 0));
    const left = ORIGIN_PX + span.start * zoom;
    this.#style("transform", `translate(${left}px, ${row.top}px)`);
    this.#style("width", `${width}px`);
    this.#style("height", `${row.height}px`);
    const isTiny = width < HANDLES_FROM_PX;
    if (isTiny !== this.#isTiny) this.element.classList.toggle("is-tiny", isTiny);
    this.#isTiny = isTiny;
    if (plays(this.kind)) this.#draw({ part, width, left, row, zoom, near });
  }

  /** Setting a style to what it is already makes the browser work it out again. */
  #style(name, value) {
    if (this.#styles.get(name) === value) return;
    this.#styles.set(name, value);
    this.element.style.setProperty(name, value);
  }

  #title(part) {
    if (plays(this.kind)) return this.titles(part.asset);
    if (this.kind === "transition") return t(TRANSITIONS[part.type] ?? part.type);
    return part.text.trim() || t("Empty text");
  }

  #say(part) {
    this.#said = part;
    const title = this.#title(part);
    const speed = part.speed && part.speed !== 1 ? ` · ${part.speed}×` : "";
    const effects = part.effects?.length ? ` · ${t("fx")} ${part.effects.length}` : "";
    const shown = `${title}${speed}${effects}`;
    if (this.name.textContent !== shown) this.name.textContent = shown;
    this.body.setAttribute("aria-label", NAMES[this.kind](title));
    const { start, end } = spanOf(this.kind, part);
    for (const edge of this.edges) {
      const isStart = edge.dataset.edge === "start";
      const seconds = isStart ? start : end;
      edge.setAttribute("aria-label", isStart ? t("Start of {title}", { title }) : t("End of {title}", { title }));
      edge.setAttribute("aria-valuenow", String(seconds));
      edge.setAttribute("aria-valuetext", formatTimecode(seconds ?? 0));
    }
    this.element.classList.toggle("is-muted", part.muted === true);
    this.element.classList.toggle("is-grouped", Boolean(part.group));
  }

  #draw({ part, width, left, row, zoom, near }) {
    const fade = (name) => `${Math.min(width, (part[name] ?? 0) * zoom)}px`;
    this.#style("--fade-in", fade("fade_in"));
    this.#style("--fade-out", fade("fade_out"));
    const from = Math.max(0, near.from - left);
    const to = Math.min(width, near.to - left);
    const hasStrip = width >= STRIP_FROM_PX && to > from;
    if (!hasStrip) {
      this.letGo();
      return;
    }
    // What is drawn as a whole stays right however the window or the clip moves.
    const drawn = [from, to, ...DRAWN.map((field) => part[field])].join();
    if (this.#painted.drawn === drawn) return;
    this.#painted.drawn = drawn;
    this.wave ??= this.#canvas("item-wave");
    if (this.kind === "clip") this.strip ??= this.#canvas("item-strip");
    const view = { part, zoom, from, to };
    if (this.kind === "clip") this.strips.drawPictures(this.strip, { ...view, height: row.height - 2 });
    const height = this.kind === "clip" ? Math.round(row.height * 0.34) : row.height - 14;
    if (!this.strips.hasSound(part.asset)) return;
    const color = this.strips.waveColor(this.kind, this.wave);
    this.strips.drawWave(this.wave, { ...view, height, color });
  }

  /** Gives back the memory of what is drawn, which would else wait to be collected. */
  letGo() {
    for (const canvas of [this.strip, this.wave]) {
      if (!canvas) continue;
      canvas.width = 0;
      canvas.remove();
    }
    this.strip = this.wave = null;
    this.#painted.drawn = null;
  }

  #canvas(name) {
    const canvas = document.createElement("canvas");
    canvas.className = name;
    canvas.setAttribute("aria-hidden", "true");
    this.body.prepend(canvas);
    return canvas;
  }

  /** Draws the pictures again, since some have come. */
  stale() {
    this.#painted.near = null;
    this.#painted.drawn = null;
  }

  select(selected) {
    this.element.classList.toggle("is-selected", selected);
    this.body.setAttribute("aria-pressed", String(selected));
  }
}
