/**
 * Draws the texts over the picture and lets them be dragged.
 *
 * The layer has the project's size in pixels and is scaled as a whole, so that
 * sizes mean here what they mean to the renderer. `position` is the centre.
 */
import { startDrag } from "../../shared/drag.js";
import { t } from "../../shared/i18n.js";
import { changeText, findText } from "../edits.js";
import { emOf } from "../fonts.js";
import { visibility } from "./text_visibility.js";

const SNAP_PX = 8;

/** How far a plate goes beyond its text, in line heights; the renderer's value. */
const PLATE_PADDING = 0.2;

export class TextLayer {
  #boxes = new Map();

  /** @param {{frame: HTMLElement, layer: HTMLElement, guides: HTMLElement,
   *   store: import("../editor_store.js").EditorStore}} parts */
  constructor({ frame, layer, guides, store }) {
    Object.assign(this, { frame, layer, guides, store });
    new ResizeObserver(() => this.scale()).observe(frame);
    store.watchDocument(() => {
      this.scale();
      this.paint();
    });
    store.watch((state) => state.time, () => this.paint());
    store.watch((state) => state.selection, () => this.paint());
    layer.addEventListener("pointerdown", (event) => this.#grab(event));
  }

  /** Fits the layer to the picture, which full screen may letterbox. */
  scale() {
    const { width, height } = this.store.settings.resolution;
    const { clientWidth, clientHeight } = this.frame;
    this.factor = Math.min(clientWidth / width, clientHeight / height) || 1;
    const left = (clientWidth - width * this.factor) / 2;
    const top = (clientHeight - height * this.factor) / 2;
    this.layer.style.width = `${width}px`;
    this.layer.style.height = `${height}px`;
    this.layer.style.transform = `translate(${left}px, ${top}px) scale(${this.factor})`;
  }

  paint() {
    const { timeline, time, selection } = this.store;
    const seen = new Set();
    for (const text of timeline.text_overlays) {
      seen.add(text.id);
      let box = this.#boxes.get(text.id);
      if (!box) {
        box = this.#make(text.id);
        this.#boxes.set(text.id, box);
      }
      // At the end of the timeline its last frame is on screen.
      const at = time >= timeline.duration ? time - this.store.frame / 2 : time;
      this.#style(box, text, visibility(text, at));
      box.classList.toggle("is-selected", selection?.id === text.id);
    }
    for (const [id, box] of this.#boxes) {
      if (seen.has(id)) continue;
      box.remove();
      this.#boxes.delete(id);
    }
  }

  #make(id) {
    const box = document.createElement("div");
    box.className = "stage-text";
    box.dataset.id = id;
    const inner = document.createElement("span");
    box.append(inner);
    this.layer.append(box);
    return box;
  }

  #style(box, text, shown) {
    const { style, position } = text;
    const inner = box.firstElementChild;
    if (inner.textContent !== text.text) inner.textContent = text.text;
    box.hidden = shown === 0;
    const set = (name, value) => {
      if (box.style[name] !== value) box.style[name] = value;
    };
    set("left", `${position.x * 100}%`);
    set("top", `${position.y * 100}%`);
    set("opacity", String(shown * style.opacity));
    set("color", style.color);
    set("fontFamily", `"${style.font_family}", "Noto Sans", sans-serif`);
    set("fontSize", `${emOf(style)}px`);
    set("lineHeight", `${style.font_size}px`);
    set("fontWeight", style.bold ? "700" : "400");
    set("fontStyle", style.italic ? "italic" : "normal");
    inner.style.textDecoration = style.underline ? "underline" : "none";
    const plate = style.background_color;
    set("backgroundColor", plate ?? "transparent");
    set("boxShadow", plate ? `0 0 0 ${style.font_size * PLATE_PADDING}px ${plate}` : "none");
  }

  #grab(event) {
    const box = event.target.closest(".stage-text");
    if (!box || event.button !== 0) return;
    const { id } = box.dataset;
    this.store.select({ kind: "text", id });
    const from = findText(this.store.timeline, id).position;
    const { width, height } = this.store.settings.resolution;
    const along = (start, delta, extent) => {
      const at = Math.max(0, Math.min(1, start + delta / extent));
      return Math.abs(at - 0.5) * extent < SNAP_PX ? 0.5 : Math.round(at * 10_000) / 10_000;
    };
    let change = null;

    startDrag(event, {
      move: (dx, dy) => {
        const position = {
          x: along(from.x, dx, width * this.factor),
          y: along(from.y, dy, height * this.factor),
        };
        this.guides.classList.toggle("guide-x", position.x === 0.5);
        this.guides.classList.toggle("guide-y", position.y === 0.5);
        change = (timeline) => changeText(timeline, id, { position });
        this.store.preview(change);
      },
      end: (kept) => {
        this.guides.classList.remove("guide-x", "guide-y");
        this.store.cancelPreview();
        if (kept) this.store.edit(t("Move text"), change);
      },
    });
  }
}
