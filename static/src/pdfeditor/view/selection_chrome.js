/** The frame, the handles and the guides around what is selected. */
import { apply, boundsOf, centreOf, cornersOf, unionOf, viewMatrix } from "../geometry.js";
import { annotationBounds, canResize, canTurn, hasPoints, turnsItself } from "../kinds.js";
import { HANDLES } from "../resizing.js";
import { svg } from "./annotation_svg.js";

const TURN_AWAY_PX = 26;
const REACH_PX = 22;
const SMALL_PX = 28;

export class SelectionChrome {
  #store;
  #viewer;
  #drafts = new Map();
  #layers = new Map();

  /** @param {{store: import("../document_store.js").DocumentStore,
   *   viewer: import("./viewer.js").Viewer}} parts */
  constructor({ store, viewer }) {
    this.#store = store;
    this.#viewer = viewer;
    store.watch(({ selection }) => selection, () => this.draw());
    store.watch(({ tool }) => tool, () => this.draw());
    store.watchAnnotations(() => this.draw());
  }

  attach(view) {
    const layer = svg("svg", { class: "pdf-layer pdf-chrome", "aria-hidden": "true", focusable: "false" });
    view.element.append(layer);
    this.#layers.set(view.page.id, layer);
  }

  /** Moves the frame along, by a distance in page space. */
  shift(view, dx, dy) {
    const layer = this.#layers.get(view.page.id);
    const [a, b, c, d] = viewMatrix(view.page, view.scale);
    for (const part of layer?.querySelectorAll(":scope > :not(.pdf-guide)") ?? []) {
      part.style.translate = `${a * dx + c * dy}px ${b * dx + d * dy}px`;
    }
  }

  /** Shows what a gesture is about to do. */
  preview(annotations) {
    this.#drafts = new Map(annotations.map((annotation) => [annotation.id, annotation]));
    this.draw();
  }

  get #selected() {
    return this.#store.selected.map((annotation) => this.#drafts.get(annotation.id) ?? annotation);
  }

  draw() {
    for (const view of this.#viewer.views) {
      const layer = this.#layers.get(view.page.id);
      if (!layer?.isConnected) continue;
      if (layer.firstChild) layer.querySelectorAll(":scope > :not(.pdf-guide)").forEach((part) => part.remove());
    }
    const selected = this.#selected;
    if (selected.length === 0) return;
    const view = this.#viewer.view(selected[0].page);
    const layer = view && this.#layers.get(view.page.id);
    if (!layer) return;
    const matrix = viewMatrix(view.page, view.scale);
    if (selected.length === 1) layer.append(...this.#single(selected[0], matrix));
    else layer.append(...this.#several(selected, matrix));
  }

  #single(annotation, matrix) {
    const points = annotation.points ?? [];
    const isOpen = ["line", "arrow"].includes(annotation.shape_type);
    const corners = cornersOf(turnsItself(annotation) ? annotation : boundsOf(annotation));
    const frame = corners.map((corner) => apply(matrix, corner));
    const parts = [];
    if (!isOpen) parts.push(outline(frame));
    if (isOpen || annotation.shape_type === "polygon") {
      points.forEach(([x, y], index) => {
        parts.push(...handle(apply(matrix, { x, y }), { "data-point": index }, "round"));
      });
      if (isOpen) return parts;
    }
    if (annotation.shape_type !== "polygon" && canResize(annotation)) {
      parts.push(...this.#resizers(frame, annotation));
    }
    if (canTurn(annotation)) parts.push(...turner(frame));
    return parts;
  }

  #several(selected, matrix) {
    const own = selected.map((annotation) => {
      const frame = cornersOf(annotation).map((corner) => apply(matrix, corner));
      return outline(frame, "pdf-frame-thin");
    });
    const all = unionOf(selected.map(annotationBounds));
    const frame = cornersOf(all).map((corner) => apply(matrix, corner));
    const parts = [...own, outline(frame)];
    if (selected.every(canResize)) parts.push(...this.#resizers(frame, null));
    if (selected.every(canTurn)) parts.push(...turner(frame));
    return parts;
  }

  #resizers(frame, annotation) {
    const [nw, ne, se, sw] = frame;
    const middle = (a, b) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
    const places = {
      nw, ne, se, sw, n: middle(nw, ne), e: middle(ne, se), s: middle(se, sw), w: middle(sw, nw),
    };
    const isText = annotation?.type === "text";
    const width = Math.hypot(ne.x - nw.x, ne.y - nw.y);
    const height = Math.hypot(sw.x - nw.x, sw.y - nw.y);
    const names = Object.keys(HANDLES).filter((name) => {
      if (name.length === 2) return true;
      if (isText && "ns".includes(name)) return false;
      return ("ns".includes(name) ? width : height) > SMALL_PX;
    });
    const centre = centreOf({ x: nw.x, y: nw.y, width: se.x - nw.x, height: se.y - nw.y });
    return names.flatMap((name) => {
      const at = places[name];
      const angle = (Math.atan2(at.y - centre.y, at.x - centre.x) * 180) / Math.PI;
      return handle(at, { "data-handle": name, "data-cursor": cursorFor(angle) });
    });
  }

  /** @param {{axis: "x" | "y", at: number}[]} guides in page space */
  showGuides(view, guides) {
    const layer = this.#layers.get(view.page.id);
    if (!layer) return;
    layer.querySelectorAll(".pdf-guide").forEach((part) => part.remove());
    const matrix = viewMatrix(view.page, view.scale);
    const { width, height } = view.page;
    for (const { axis, at } of guides) {
      const from = apply(matrix, axis === "x" ? { x: at, y: 0 } : { x: 0, y: at });
      const to = apply(matrix, axis === "x" ? { x: at, y: height } : { x: width, y: at });
      layer.append(svg("line", { class: "pdf-guide", x1: from.x, y1: from.y, x2: to.x, y2: to.y }));
    }
  }

  /** @param {import("../geometry.js").Box | null} box in view space */
  showMarquee(view, box) {
    const layer = this.#layers.get(view.page.id);
    layer?.querySelector(".pdf-marquee")?.remove();
    if (box) layer?.append(svg("rect", { class: "pdf-marquee pdf-guide", ...box }));
  }
}

const outline = (frame, className = "") =>
  svg("polygon", {
    class: `pdf-frame ${className}`,
    points: frame.map(({ x, y }) => `${x},${y}`).join(" "),
  });

/** A small mark with a target large enough for a finger. */
function handle({ x, y }, data, shape = "square") {
  const mark =
    shape === "round"
      ? svg("circle", { class: "pdf-handle", cx: x, cy: y, r: 5, ...data })
      : svg("rect", { class: "pdf-handle", x: x - 4.5, y: y - 4.5, width: 9, height: 9, rx: 2, ...data });
  const target = svg("circle", { class: "pdf-handle-target", cx: x, cy: y, r: REACH_PX / 2, ...data });
  return [mark, target];
}

function turner(frame) {
  const [nw, ne, , sw] = frame;
  const top = { x: (nw.x + ne.x) / 2, y: (nw.y + ne.y) / 2 };
  const height = Math.hypot(nw.x - sw.x, nw.y - sw.y) || 1;
  const up = { x: (nw.x - sw.x) / height, y: (nw.y - sw.y) / height };
  const at = { x: top.x + up.x * TURN_AWAY_PX, y: top.y + up.y * TURN_AWAY_PX };
  const stem = svg("line", { class: "pdf-stem", x1: top.x, y1: top.y, x2: at.x, y2: at.y });
  return [stem, ...handle(at, { "data-handle": "turn" }, "round")];
}

const CURSORS = ["ew", "nwse", "ns", "nesw"];

/** The resize cursor for a direction on screen. */
function cursorFor(degrees) {
  return CURSORS[((Math.round(degrees / 45) % 4) + 4) % 4];
}
