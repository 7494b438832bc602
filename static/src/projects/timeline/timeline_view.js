/**
 * Draws the timeline: ruler, a row for the picture, rows for texts, playhead.
 * What the pointer does to it is in `gestures.js`.
 */
import { t } from "../../shared/i18n.js";
import { formatTimecode } from "../../shared/time.js";
import { lanes } from "../edits.js";
import { drawRuler } from "./ruler.js";
import { MAX_ZOOM, MIN_ZOOM, ORIGIN_PX, shareOf, TAIL_PX, zoomOf, zoomToFit } from "./scale.js";

const TEXT_ROW_PX = 30;
const TRACK_GAP_PX = 10;

export class TimelineView {
  #clips = new Map();
  #texts = new Map();
  #frame = 0;

  /**
   * @param {{root: HTMLElement, store: import("../editor_store.js").EditorStore,
   *   filmstrips: import("./filmstrip.js").Filmstrips, titles: (assetId: string) => string}} options
   */
  constructor({ root, store, filmstrips, titles }) {
    this.root = root;
    this.store = store;
    this.filmstrips = filmstrips;
    this.titles = titles;
    const part = (name) => root.querySelector(`[data-timeline="${name}"]`);
    this.scroll = part("scroll");
    this.inner = part("inner");
    this.ruler = part("ruler");
    this.textRow = part("texts");
    this.textHead = part("text-head");
    this.clipRow = part("clips");
    this.playhead = part("playhead");
    this.zoomInput = part("zoom");
    this.clipTemplate = part("clip-template");
    this.textTemplate = part("text-template");
    this.hint = part("hint");

    this.scroll.addEventListener("scroll", () => this.#soon());
    new ResizeObserver(() => this.#resized()).observe(this.scroll);
    this.zoomInput.addEventListener("input", () =>
      this.zoomTo(zoomOf(Number(this.zoomInput.value) / 100)),
    );
    for (const [name, factor] of [["zoom-in", 1.5], ["zoom-out", 1 / 1.5]]) {
      part(name).addEventListener("click", () => this.zoomTo(this.zoom * factor));
    }
    part("fit").addEventListener("click", () => this.fit());
    this.scroll.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });

    store.watchDocument(() => this.paint());
    store.watch((state) => state.selection, () => this.#paintSelection());
    store.watch((state) => state.time, () => this.#paintPlayhead());
    store.watch((state) => state.zoom, () => this.paint());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#soon());
    document.addEventListener("streamfetch:theme", () => this.#soon());
  }

  /** Pixels a second. */
  get zoom() {
    const fitted = zoomToFit(this.store.timeline.duration, this.scroll.clientWidth);
    return this.store.state.get().zoom ?? fitted;
  }

  zoomTo(zoom) {
    const next = Math.max(MIN_ZOOM, Math.min(MAX_ZOOM, zoom));
    const anchor = this.store.time;
    const offset = anchor * this.zoom - this.scroll.scrollLeft;
    this.store.state.patch({ zoom: next });
    this.scroll.scrollLeft = anchor * next - offset;
  }

  fit() {
    this.store.state.patch({ zoom: null });
    this.scroll.scrollLeft = 0;
  }

  /** @returns {number} seconds under a pointer */
  timeAt(clientX) {
    return (clientX - this.inner.getBoundingClientRect().left) / this.zoom;
  }

  #wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.zoomTo(this.zoom * Math.exp(-event.deltaY * 0.003));
  }

  #resized() {
    if (this.store.state.get().zoom === null) this.paint();
    else this.#soon();
  }

  #soon() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#paintRuler());
  }

  paint() {
    const { timeline } = this.store;
    const { zoom } = this;
    const width = Math.max(this.scroll.clientWidth, timeline.duration * zoom + TAIL_PX);
    this.inner.style.width = `${width}px`;
    this.zoomInput.value = String(Math.round(shareOf(zoom) * 100));
    this.zoomInput.style.setProperty("--fill", `${shareOf(zoom) * 100}%`);
    this.hint.hidden = timeline.clips.length > 0;
    this.#paintItems(timeline.clips, this.#clips, this.clipRow, this.clipTemplate, (box, clip) =>
      this.#paintClip(box, clip),
    );
    const { rows, count } = lanes(timeline.text_overlays);
    const textHeight = Math.max(1, count) * TEXT_ROW_PX;
    this.textRow.style.height = `${textHeight}px`;
    this.textHead.style.height = `${textHeight + TRACK_GAP_PX}px`;
    this.#paintItems(
      timeline.text_overlays,
      this.#texts,
      this.textRow,
      this.textTemplate,
      (box, text) => this.#paintText(box, text, rows.get(text.id)),
    );
    this.#paintSelection();
    this.#paintPlayhead();
    this.#paintRuler();
  }

  #paintItems(items, boxes, row, template, paintOne) {
    const seen = new Set();
    for (const item of items) {
      seen.add(item.id);
      let box = boxes.get(item.id);
      if (!box) {
        box = template.content.firstElementChild.cloneNode(true);
        box.dataset.id = item.id;
        boxes.set(item.id, box);
        row.append(box);
      }
      paintOne(box, item);
    }
    for (const [id, box] of boxes) {
      if (seen.has(id)) continue;
      box.remove();
      boxes.delete(id);
    }
  }

  #place(box, from, length) {
    box.style.transform = `translateX(${from * this.zoom}px)`;
    box.style.width = `${Math.max(6, length * this.zoom)}px`;
  }

  #paintClip(box, clip) {
    const title = this.titles(clip.asset);
    this.#place(box, clip.position, clip.duration);
    box.querySelector("[data-field='name']").textContent = title;
    this.#handle(box, "start", t("In point of {title}", { title }), clip.start_time);
    this.#handle(box, "end", t("Out point of {title}", { title }), clip.end_time);
    const label = t("Clip {title}", { title });
    box.querySelector("[data-body]").setAttribute("aria-label", label);
    const width = clip.duration * this.zoom;
    this.filmstrips.draw(box.querySelector("canvas"), { clip, width });
  }

  #paintText(box, text, row) {
    this.#place(box, text.start_time, text.end_time - text.start_time);
    box.style.top = `${row * TEXT_ROW_PX}px`;
    const name = text.text.trim() || t("Empty text");
    box.querySelector("[data-field='name']").textContent = name;
    box.querySelector("[data-body]").setAttribute("aria-label", t("Text {name}", { name }));
    this.#handle(box, "start", t("Start of text {name}", { name }), text.start_time);
    this.#handle(box, "end", t("End of text {name}", { name }), text.end_time);
  }

  #handle(box, edge, label, seconds) {
    const handle = box.querySelector(`[data-edge="${edge}"]`);
    handle.setAttribute("aria-label", label);
    handle.setAttribute("aria-valuenow", String(seconds));
    handle.setAttribute("aria-valuetext", formatTimecode(seconds));
  }

  #paintSelection() {
    const { selection } = this.store;
    for (const [id, box] of [...this.#clips, ...this.#texts]) {
      const selected = selection?.id === id;
      box.classList.toggle("is-selected", selected);
      box.querySelector("[data-body]").setAttribute("aria-pressed", String(selected));
    }
  }

  #paintPlayhead() {
    const x = this.store.time * this.zoom;
    this.playhead.style.transform = `translateX(${x}px)`;
    this.playhead.setAttribute("aria-valuenow", String(Math.round(this.store.time * 1000) / 1000));
    this.playhead.setAttribute("aria-valuemax", String(this.store.timeline.duration));
    this.playhead.setAttribute("aria-valuetext", formatTimecode(this.store.time));
    if (!this.store.state.get().playing) return;
    const { scrollLeft, clientWidth } = this.scroll;
    if (x < scrollLeft || x > scrollLeft + clientWidth - 40) this.scroll.scrollLeft = x - 60;
  }

  #paintRuler() {
    drawRuler(this.ruler, {
      zoom: this.zoom,
      scrollLeft: Math.max(0, this.scroll.scrollLeft - ORIGIN_PX),
      width: this.scroll.clientWidth,
      duration: this.store.timeline.duration,
    });
  }
}
