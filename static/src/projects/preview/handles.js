/**
 * Direct touch on the picture: clips and texts are selected, moved, scaled and
 * turned where they are seen.
 */
import { startDrag } from "../../shared/drag.js";
import { t } from "../../shared/i18n.js";
import { setTransform, transformOf } from "../model/looks.js";
import { findPart } from "../model/parts.js";
import { changeText, visibility } from "../model/words.js";
import { emOf } from "../fonts.js";
import { boxOf, planesAt } from "./scene.js";
import { textBox } from "./text_box.js";

const SNAP_PX = 7;
const TURN_STEP = 15;

/** How wide a letter is for its height, on the average; only for the box to grab. */
const LETTER = 0.52;

export class StageHandles {
  /** @param {{room: HTMLElement, frame: HTMLElement, layer: HTMLElement, guides: HTMLElement,
   *   handles: HTMLElement, store: object, player: import("./player.js").Player}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    const { store, handles, layer } = this;
    this.asked = new Set();
    this.measure = document.createElement("canvas").getContext("2d");
    const soon = () => this.#soon();
    store.watchDocument(soon);
    store.watch((state) => state.selected, soon);
    store.watch((state) => state.time, soon);
    store.watch((state) => state.playing, soon);
    new ResizeObserver(soon).observe(this.frame);
    layer.addEventListener("pointerdown", (event) => this.#press(event));
    handles.addEventListener("pointerdown", (event) => this.#grip(event));
  }

  get size() {
    return this.player.compositor.size;
  }

  #soon() {
    cancelAnimationFrame(this.pending);
    this.pending = requestAnimationFrame(() => this.paint());
  }

  /** The box of a part that is seen now, in pixels of the frame on screen. */
  boxFor({ kind, id }) {
    const { timeline } = this.store;
    if (kind === "text") {
      const text = findPart(timeline, { kind, id });
      return text && visibility(text, this.store.shownTime) > 0 ? this.#textBox(text) : null;
    }
    const plane = planesAt(timeline, this.store.shownTime, this.store.frameRate).find(({ clip }) => clip.id === id);
    if (kind !== "clip" || !plane) return null;
    const picture = this.player.pool.has(id) ? this.player.pool.get(plane.clip)?.size : null;
    if (!picture) return null;
    const box = boxOf(plane.clip, picture, this.size);
    return { ...box, width: box.width * box.scale, height: box.height * box.scale };
  }

  #textBox(text) {
    const { size, store } = this;
    const { style } = text;
    const frameHeight = store.settings.resolution.height;
    this.measure.font = `${style.italic ? "italic " : ""}${style.bold ? 700 : 400} 100px "${style.font_family}"`;
    this.#load(this.measure.font);
    const widths = text.text.split("\n").map((line) => this.measure.measureText(line).width || line.length * 100 * LETTER);
    const wide = (Math.max(...widths) * emOf(style) * size.height) / frameHeight / 100;
    return textBox(text, { wide, size, frameHeight });
  }

  /** The words are drawn elsewhere, so nothing else makes the page load a font. */
  #load(font) {
    if (this.asked.has(font)) return;
    this.asked.add(font);
    document.fonts.load(font).then(() => this.#soon(), () => {});
  }

  paint() {
    const { store, handles } = this;
    const [item] = store.selected;
    const box = store.selected.length === 1 && !store.state.get().playing ? this.boxFor(item) : null;
    handles.hidden = !box;
    if (!box) return;
    const room = this.room.getBoundingClientRect();
    const frame = this.frame.getBoundingClientRect();
    const left = frame.left - room.left + this.frame.clientLeft + box.x - box.width / 2;
    const top = frame.top - room.top + this.frame.clientTop + box.y - box.height / 2;
    handles.style.transform = `translate(${left}px, ${top}px) rotate(${box.rotation}deg)`;
    handles.style.width = `${box.width}px`;
    handles.style.height = `${box.height}px`;
    handles.dataset.kind = item.kind;
  }

  /** What lies under a point: texts before pictures, the top one first. */
  #hit(x, y) {
    const { timeline, shownTime: at, frameRate } = this.store;
    const inside = (box) => {
      const angle = (-box.rotation * Math.PI) / 180;
      const [dx, dy] = [x - box.x, y - box.y];
      const [u, v] = [dx * Math.cos(angle) - dy * Math.sin(angle), dx * Math.sin(angle) + dy * Math.cos(angle)];
      return Math.abs(u) <= box.width / 2 && Math.abs(v) <= box.height / 2;
    };
    for (const text of [...timeline.text_overlays].reverse()) {
      if (visibility(text, at) > 0 && inside(this.#textBox(text))) return { kind: "text", id: text.id };
    }
    for (const { clip } of planesAt(timeline, at, frameRate).reverse()) {
      const item = { kind: "clip", id: clip.id };
      const box = this.boxFor(item);
      if (box && inside(box)) return item;
    }
    return null;
  }

  #press(event) {
    if (event.button !== 0) return;
    const frame = this.frame.getBoundingClientRect();
    const item = this.#hit(event.clientX - frame.left, event.clientY - frame.top);
    this.store.select(item, { alone: true });
    if (item) this.#move(event, item);
  }

  #move(event, item) {
    const { width, height } = this.size;
    const part = findPart(this.store.timeline, item);
    const from = item.kind === "text" ? part.position : transformOf(part);
    const low = item.kind === "text" ? 0 : -2;
    const high = item.kind === "text" ? 1 : 3;
    const along = (start, delta, extent, free) => {
      const at = Math.max(low, Math.min(high, start + delta / extent));
      return !free && Math.abs(at - 0.5) * extent < SNAP_PX ? 0.5 : Math.round(at * 10_000) / 10_000;
    };
    this.#drag(event, t(item.kind === "text" ? "Move text" : "Move the picture"), (dx, dy, now) => {
      const position = {
        x: along(from.x, dx, width, now.altKey),
        y: along(from.y, dy, height, now.altKey),
      };
      if (now.shiftKey) position[Math.abs(dx) > Math.abs(dy) ? "y" : "x"] = Math.abs(dx) > Math.abs(dy) ? from.y : from.x;
      this.guides.classList.toggle("guide-x", position.x === 0.5);
      this.guides.classList.toggle("guide-y", position.y === 0.5);
      return item.kind === "text"
        ? (timeline) => changeText(timeline, item.id, { position })
        : (timeline) => setTransform(timeline, item.id, position);
    });
  }

  #grip(event) {
    const { grip } = event.target.closest("[data-grip]")?.dataset ?? {};
    const [item] = this.store.selected;
    if (!item || event.button !== 0) return;
    if (!grip) {
      this.#press(event);
      return;
    }
    const part = findPart(this.store.timeline, item);
    const box = this.boxFor(item);
    if (!part || !box) return;
    const frame = this.frame.getBoundingClientRect();
    const centre = { x: frame.left + box.x, y: frame.top + box.y };
    const away = (pointer) => Math.hypot(pointer.clientX - centre.x, pointer.clientY - centre.y);
    const angle = (pointer) =>
      (Math.atan2(pointer.clientY - centre.y, pointer.clientX - centre.x) * 180) / Math.PI;
    const [distance, direction] = [Math.max(4, away(event)), angle(event)];
    if (grip === "turn") {
      const start = item.kind === "text" ? (part.rotation ?? 0) : transformOf(part).rotation;
      this.#drag(event, t("Turn"), (_dx, _dy, now) => {
        let rotation = start + angle(now) - direction;
        const near = Math.round(rotation / TURN_STEP) * TURN_STEP;
        if (now.shiftKey || Math.abs(rotation - near) < 2) rotation = near;
        rotation = Math.round(((((rotation % 360) + 540) % 360) - 180) * 10) / 10;
        return item.kind === "text"
          ? (timeline) => changeText(timeline, item.id, { rotation })
          : (timeline) => setTransform(timeline, item.id, { rotation });
      });
      return;
    }
    const size = item.kind === "text" ? part.style.font_size : transformOf(part).scale;
    this.#drag(event, t("Scale"), (_dx, _dy, now) => {
      const grown = (size * away(now)) / distance;
      if (item.kind === "text") {
        const fontSize = Math.max(4, Math.min(1000, Math.round(grown)));
        return (timeline) => changeText(timeline, item.id, { style: { font_size: fontSize } });
      }
      const scale = Math.abs(grown - 1) < 0.02 ? 1 : Math.round(grown * 1000) / 1000;
      return (timeline) => setTransform(timeline, item.id, { scale });
    });
  }

  #drag(event, label, changeFor) {
    let change = null;
    this.player.pause();
    startDrag(event, {
      move: (dx, dy, now) => {
        change = changeFor(dx, dy, now);
        this.store.preview(change);
      },
      end: (kept) => {
        this.guides.classList.remove("guide-x", "guide-y");
        this.store.cancelPreview();
        if (kept && change) this.store.edit(label, change);
      },
    });
  }
}
