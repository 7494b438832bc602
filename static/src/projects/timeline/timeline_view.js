/**
 * Draws the timeline: ruler, heads, rows and the parts that are near the window.
 * What the pointer does to it is in `gestures.js`.
 */
import { t } from "../../shared/i18n.js";
import { formatTimecode } from "../../shared/time.js";
import { transitionSpan } from "../model/looks.js";
import { findPart, partsOf, spanOf } from "../model/parts.js";
import { ItemBox } from "./item_box.js";
import { MarkerFlags } from "./marker_flags.js";
import { layoutRows, rowFor } from "./rows.js";
import { drawRuler, rulerLook } from "./ruler.js";
import { MAX_ZOOM, MIN_ZOOM, ORIGIN_PX, shareOf, TAIL_PX, zoomOf, zoomToFit } from "./scale.js";

const KINDS = ["clip", "audio", "text", "caption", "transition"];
const HEADS = { clip: "V", audio: "A", text: "T", caption: "C" };

export class TimelineView {
  #boxes = new Map();
  #frame = 0;
  #painting = 0;
  #rulerPainted = {};
  #rulerLook = null;
  #left = 0;
  #near = { from: 0, to: 0 };
  #layoutOf = {};
  #headsPainted = "";

  /**
   * @param {{root: HTMLElement, store: import("../editor_store.js").EditorStore,
   *   strips: import("./strips.js").Strips, titles: (assetId: string) => string}} options
   */
  constructor({ root, store, strips, titles }) {
    Object.assign(this, { root, store, strips, titles });
    this.problems = new Map();
    const part = (name) => root.querySelector(`[data-timeline="${name}"]`);
    for (const name of ["scroll", "inner", "ruler", "rulerrow", "heads", "lanes", "rows", "items",
      "snap", "rubber", "playhead", "range", "markers", "count"]) {
      this[name] = part(name);
    }
    this.zoomInput = part("zoom");
    this.template = part("item-template");
    this.flags = new MarkerFlags(this.markers);
    this.scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#measure();
    new ResizeObserver(() => this.#resized()).observe(this.scroll);
    this.zoomInput.addEventListener("input", () => this.zoomTo(zoomOf(Number(this.zoomInput.value) / 100)));
    for (const [name, factor] of [["zoom-in", 1.5], ["zoom-out", 1 / 1.5]]) {
      part(name).addEventListener("click", () => this.zoomTo(this.zoom * factor));
    }
    part("fit").addEventListener("click", () => this.fit());
    this.scroll.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    strips.onNews((assets) => this.#news(assets));

    let isFirst = true;
    store.watchDocument(() => {
      if (isFirst) this.paint();
      else this.#paintSoon();
      isFirst = false;
    });
    store.watch((state) => state.selected, () => this.#paintSelection());
    store.watch((state) => state.time, () => this.#paintPlayhead());
    store.watch((state) => state.zoom, () => this.paint());
    store.watch((state) => state.range, () => this.#paintRange());
    const repaint = () => this.#repaintAll();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
    document.addEventListener("streamfetch:theme", repaint);
  }

  /** Pixels a second. */
  get zoom() {
    const stored = this.store.state.get().zoom;
    return stored ?? zoomToFit(this.store.timeline.duration, this.width);
  }

  /** Sizes are kept: asking the page for them in the middle of painting is slow. */
  #measure() {
    this.headWidth = this.heads.offsetWidth;
    /** Pixels of time that the window shows. */
    this.width = Math.max(120, this.scroll.clientWidth - this.headWidth);
  }

  /** How far the timeline is scrolled, in pixels; kept like the sizes. */
  get left() {
    return this.#left;
  }

  set left(pixels) {
    this.scroll.scrollLeft = pixels;
    this.#left = this.scroll.scrollLeft;
  }

  #scrolled() {
    this.#left = this.scroll.scrollLeft;
    this.#soon();
  }

  get layout() {
    const { timeline } = this.store;
    const known = this.#layoutOf;
    const same =
      known.clips === timeline.clips && known.texts === timeline.text_overlays &&
      known.sounds === timeline.audio_tracks && known.captions === timeline.captions;
    if (!same) {
      this.#layoutOf = {
        clips: timeline.clips,
        texts: timeline.text_overlays,
        sounds: timeline.audio_tracks,
        captions: timeline.captions,
        layout: layoutRows(timeline),
      };
    }
    return this.#layoutOf.layout;
  }

  /** Zooms around a time that keeps its place, the playhead by default. */
  zoomTo(zoom, anchor = this.store.time) {
    const next = Math.max(MIN_ZOOM, Math.min(MAX_ZOOM, zoom));
    const offset = anchor * this.zoom - this.left;
    const isSeen = offset >= 0 && offset <= this.width;
    this.store.state.patch({ zoom: next });
    this.left = anchor * next - (isSeen ? offset : this.width / 2);
  }

  fit() {
    this.store.state.patch({ zoom: null });
    this.left = 0;
  }

  /** @returns {number} seconds under a pointer */
  timeAt(clientX) {
    return (clientX - this.lanes.getBoundingClientRect().left - ORIGIN_PX) / this.zoom;
  }

  yAt(clientY) {
    return clientY - this.lanes.getBoundingClientRect().top;
  }

  #wheel(event) {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.zoomTo(this.zoom * Math.exp(-event.deltaY * 0.003), this.timeAt(event.clientX));
    } else if (event.altKey || (event.deltaX === 0 && !event.shiftKey && !this.#scrollsDown())) {
      // Nothing to scroll down: the wheel goes along the time.
      event.preventDefault();
      this.left += event.deltaY;
    }
  }

  #scrollsDown() {
    return this.scroll.scrollHeight > this.scroll.clientHeight + 1;
  }

  #resized() {
    this.#measure();
    if (this.store.state.get().zoom === null) this.paint();
    else this.#soon();
  }

  /** A drag changes more often than the screen does. */
  #paintSoon() {
    if (this.#painting) return;
    this.#painting = requestAnimationFrame(() => {
      this.#painting = 0;
      this.paint();
    });
  }

  #soon() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#moved()) this.#paintItems();
    });
  }

  /** Whether the window has left the piece that is drawn; then takes a new one. */
  #moved(force = false) {
    const { left, width } = this;
    const { from, to, zoom } = this.#near;
    const inside = left >= from + 20 || from === 0;
    if (!force && zoom === this.zoom && inside && left + width <= to - 20) return false;
    this.#near = { from: Math.max(0, left - width * 0.75), to: left + width * 1.75, zoom: this.zoom };
    return true;
  }

  #repaintAll() {
    for (const box of this.#boxes.values()) box.stale();
    this.#rulerPainted = {};
    this.#rulerLook = null;
    this.strips.forgetColors();
    this.#moved(true);
    this.#paintItems();
  }

  #news(assets) {
    for (const [id, box] of this.#boxes) {
      const part = findPart(this.store.timeline, { kind: box.kind, id });
      if (part && assets.has(part.asset)) box.stale();
    }
    this.#paintItems({ ruler: false });
  }

  paint() {
    const { timeline } = this.store;
    const { zoom, layout } = this;
    const width = Math.max(this.width, ORIGIN_PX + timeline.duration * zoom + TAIL_PX);
    this.lanes.style.width = `${width}px`;
    this.lanes.style.height = `${layout.height}px`;
    this.zoomInput.value = String(Math.round(shareOf(zoom) * 100));
    this.zoomInput.style.setProperty("--fill", `${shareOf(zoom) * 100}%`);
    this.#paintRows(layout);
    this.#moved();
    this.#paintItems();
    this.#paintPlayhead();
    this.#paintRange();
  }

  #paintRows({ rows }) {
    const key = rows.map(({ kind, row, top, spare }) => `${kind}${row}@${top}${spare}`).join();
    if (key === this.#headsPainted) return;
    this.#headsPainted = key;
    const make = (className, row, text) => {
      const element = document.createElement("div");
      element.className = `${className} ${className}-${row.kind}${row.spare ? " is-spare" : ""}`;
      element.style.top = `${row.top}px`;
      element.style.height = `${row.height}px`;
      element.textContent = text;
      return element;
    };
    this.rows.replaceChildren(...rows.map((row) => make("track-row", row, "")));
    const label = ({ kind, row, spare }) => {
      if (spare) return kind === "text" ? HEADS.text : "+";
      return kind === "caption" ? HEADS.caption : `${HEADS[kind]}${row + 1}`;
    };
    this.heads.replaceChildren(...rows.map((row) => make("head", row, label(row))));
  }

  #paintItems({ ruler = true } = {}) {
    const { timeline } = this.store;
    const { zoom, layout } = this;
    const near = this.#near;
    const [start, end] = [(near.from - ORIGIN_PX) / zoom, near.to / zoom];
    const seen = new Set();
    const isDraft = this.store.state.get().draft !== null;
    for (const kind of KINDS) {
      for (const part of partsOf(timeline, kind)) {
        const span = kind === "transition" ? transitionSpan(timeline, part) : spanOf(kind, part);
        if (span.end < start || span.start > end) continue;
        const row = this.#rowOf(layout, kind, part);
        if (!row) continue;
        seen.add(part.id);
        const box = this.#boxes.get(part.id) ?? this.#make(kind, part.id);
        box.paint({ part, span, row, zoom, near, problem: this.problems.get(part.id), isDraft });
      }
    }
    for (const [id, box] of this.#boxes) {
      if (seen.has(id)) continue;
      // A part that is being dragged must stay, or its drag would end.
      if (this.held === id) continue;
      box.letGo();
      box.element.remove();
      this.#boxes.delete(id);
    }
    if (ruler) this.#paintRuler();
  }

  #rowOf(layout, kind, part) {
    if (kind !== "transition") return rowFor(layout, kind, part);
    const clip = findPart(this.store.timeline, { kind: "clip", id: part.to_clip });
    const row = clip && rowFor(layout, "clip", clip);
    return row && { ...row, top: row.top + 16, height: row.height - 32 };
  }

  #make(kind, id) {
    const element = this.template.content.firstElementChild.cloneNode(true);
    const box = new ItemBox({ element, kind, id, strips: this.strips, titles: this.titles });
    box.select(this.store.isSelected(id));
    this.#boxes.set(id, box);
    this.items.append(element);
    return box;
  }

  /** Marks parts that the server refuses. @param {Map<string, string>} problems by id */
  showProblems(problems) {
    this.problems = problems;
    this.#paintItems({ ruler: false });
  }

  #paintSelection() {
    const ids = new Set(this.store.selected.map(({ id }) => id));
    for (const [id, box] of this.#boxes) box.select(ids.has(id));
    const { length } = this.store.selected;
    this.count.textContent = length > 1 ? t("{count} selected", { count: length }) : "";
    this.#paintMarkers();
  }

  #paintPlayhead() {
    const x = this.store.time * this.zoom + ORIGIN_PX;
    const at = x + this.headWidth;
    this.playhead.style.transform = `translateX(${at}px)`;
    this.playhead.setAttribute("aria-valuenow", String(Math.round(this.store.time * 1000) / 1000));
    this.playhead.setAttribute("aria-valuemax", String(this.store.timeline.duration));
    this.playhead.setAttribute("aria-valuetext", formatTimecode(this.store.time));
    if (!this.store.state.get().playing) return;
    if (x < this.left || x > this.left + this.width - 40) this.left = x - 60;
  }

  /** Brings a time into the window. */
  reveal(time) {
    const x = time * this.zoom;
    if (x < this.left || x > this.left + this.width) this.left = x - this.width / 3;
  }

  #paintRuler() {
    const { from, to } = this.#near;
    const { markers } = this.store.timeline;
    // An end that is out of sight is no reason to draw.
    const duration = Math.min(this.store.timeline.duration, to / this.zoom);
    const last = this.#rulerPainted;
    const isSame = last.near === this.#near && last.markers === markers && last.duration === duration;
    if (isSame) return;
    this.#rulerPainted = { near: this.#near, markers, duration };
    const left = Math.max(0, from - ORIGIN_PX);
    this.ruler.style.transform = `translateX(${left + ORIGIN_PX}px)`;
    const { zoom } = this;
    this.#rulerLook ??= rulerLook(this.ruler);
    drawRuler(this.ruler, { zoom, from: left / zoom, width: to - left, duration, look: this.#rulerLook });
    this.#paintMarkers();
  }

  #paintMarkers() {
    this.flags.paint({
      markers: partsOf(this.store.timeline, "marker"),
      zoom: this.zoom,
      near: this.#near,
      held: this.held,
      isSelected: (id) => this.store.isSelected(id),
    });
  }

  #paintRange() {
    const { range } = this.store.state.get();
    this.range.hidden = !range;
    if (!range) return;
    const { zoom } = this;
    const end = range.end ?? this.store.timeline.duration;
    const start = range.start ?? 0;
    this.range.style.transform = `translateX(${ORIGIN_PX + start * zoom}px)`;
    this.range.style.width = `${Math.max(2, (end - start) * zoom)}px`;
  }

  showSnap(time) {
    this.snap.hidden = time === null;
    if (time !== null) this.snap.style.transform = `translateX(${ORIGIN_PX + time * this.zoom}px)`;
  }

  /** @param {{left: number, top: number, width: number, height: number} | null} box */
  showRubber(box) {
    this.rubber.hidden = !box;
    if (!box) return;
    this.rubber.style.transform = `translate(${box.left}px, ${box.top}px)`;
    this.rubber.style.width = `${box.width}px`;
    this.rubber.style.height = `${box.height}px`;
  }
}
