/** The annotations of one page as SVG; only what changed is drawn again. */
import { fontReady } from "../fonts.js";
import { uprightRotation, viewMatrix } from "../geometry.js";
import { drawAnnotation, svg } from "./annotation_svg.js";

const isMultiplied = ({ type, style, blend }) =>
  (type === "highlight" && (style ?? "highlight") === "highlight") || (type === "drawing" && blend === "multiply");

export class Overlay {
  #drawn = new Map();
  #drafts = new Map();
  #annotations = [];

  /** @param {object} page */
  constructor(page) {
    this.page = page;
    this.below = svg("g");
    this.above = svg("g");
    const layer = (name, group) =>
      svg("svg", { class: `pdf-layer ${name}`, focusable: "false", role: "group" }, group);
    this.multiplied = layer("pdf-layer-multiplied", this.below);
    this.normal = layer("pdf-layer-normal", this.above);
  }

  get elements() {
    return [this.multiplied, this.normal];
  }

  place(page, scale) {
    this.page = page;
    const transform = `matrix(${viewMatrix(page, scale).join(" ")})`;
    this.below.setAttribute("transform", transform);
    this.above.setAttribute("transform", transform);
  }

  /** @param {object[]} annotations back to front */
  show(annotations) {
    this.#annotations = annotations;
    this.#draw();
  }

  /** What a gesture shows in place of something, or beside it; null hides it. */
  preview(drafts) {
    this.#drafts = new Map(drafts);
    this.#draw();
  }

  /** Moves what is drawn, without drawing it again. */
  shift(ids, dx, dy) {
    const translate = dx || dy ? `${dx}px ${dy}px` : "";
    for (const id of ids) {
      const drawn = this.#drawn.get(id);
      if (drawn) drawn.element.style.translate = translate;
    }
  }

  #wanted() {
    const wanted = [];
    const seen = new Set();
    for (const annotation of this.#annotations) {
      seen.add(annotation.id);
      const draft = this.#drafts.get(annotation.id);
      if (draft === null) continue;
      wanted.push(draft ?? annotation);
    }
    for (const [id, draft] of this.#drafts) if (draft && !seen.has(id)) wanted.push(draft);
    return wanted;
  }

  #draw() {
    const wanted = this.#wanted();
    const ids = new Set(wanted.map(({ id }) => id));
    for (const [id, { element }] of this.#drawn) {
      if (ids.has(id)) continue;
      element.remove();
      this.#drawn.delete(id);
    }
    const last = new Map();
    for (const annotation of wanted) {
      const group = isMultiplied(annotation) ? this.below : this.above;
      const element = this.#elementOf(annotation);
      const before = last.get(group);
      const expected = before ? before.nextSibling : group.firstChild;
      if (expected !== element) group.insertBefore(element, expected);
      last.set(group, element);
    }
  }

  #elementOf(annotation) {
    const drawn = this.#drawn.get(annotation.id);
    if (drawn?.annotation === annotation) return drawn.element;
    const element = drawAnnotation(annotation, { uprightBy: uprightRotation(this.page) });
    drawn?.element.remove();
    this.#drawn.set(annotation.id, { annotation, element });
    if (annotation.type === "text" && !this.#drafts.has(annotation.id)) void this.#redrawWithFont(annotation);
    return element;
  }

  /** Lines break by the real widths once the font has come. */
  async #redrawWithFont(annotation) {
    if (document.fonts.check?.(`16px "${annotation.font_family}"`)) return;
    await fontReady(annotation);
    const drawn = this.#drawn.get(annotation.id);
    if (drawn?.annotation !== annotation) return;
    const element = drawAnnotation(annotation, { uprightBy: uprightRotation(this.page) });
    drawn.element.replaceWith(element);
    this.#drawn.set(annotation.id, { annotation, element });
  }
}
