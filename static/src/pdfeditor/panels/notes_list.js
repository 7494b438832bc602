/** All annotations, page by page, with their words; a press goes there. */
import { icon, show } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { toolOf } from "../styles.js";

const ICONS = {
  text: "type", highlight: "highlighter", underline: "underline", strikeout: "strikethrough",
  squiggly: "squiggly", pen: "pen-line", marker: "brush", signature: "signature", rectangle: "square",
  circle: "circle", line: "slash", arrow: "move-up-right", polygon: "pentagon", image: "image",
  note: "sticky-note",
};
const NAMES = {
  text: "Text", highlight: "Highlight", underline: "Underline", strikeout: "Strike out",
  squiggly: "Squiggly", pen: "Drawing", marker: "Free highlight", signature: "Signature",
  rectangle: "Rectangle", circle: "Circle", line: "Line", arrow: "Arrow", polygon: "Polygon",
  image: "Image", note: "Note",
};
const MOST_SHOWN = 1_000;

/** What an annotation is called in lists. */
export const nameOf = (annotation) =>
  annotation.stamp ? t("Stamp") : t(NAMES[toolOf(annotation)] ?? "Annotation");

export class NotesList {
  #root;
  #empty;
  #store;
  #timer = null;

  /** @param {{root: HTMLElement, empty: HTMLElement, store: object, author: string,
   *   goTo: (annotation: object) => void}} options `author` is the person here */
  constructor({ root, empty, store, author, goTo }) {
    this.#root = root;
    this.author = author;
    this.#empty = empty;
    this.#store = store;
    root.addEventListener("click", (event) => {
      const id = event.target.closest("[data-go]")?.dataset.go;
      const annotation = id && store.get(id);
      if (annotation) goTo(annotation);
    });
    store.watchAnnotations(() => this.#soon());
    store.watch(({ project }) => project.pages, () => this.#soon());
  }

  #soon() {
    if (this.#root.closest("[hidden]")) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.paint(), 120);
  }

  paint() {
    const items = [];
    let count = 0;
    this.#store.pages.forEach((page, index) => {
      const annotations = this.#store.onPage(page.id);
      if (annotations.length === 0 || count > MOST_SHOWN) return;
      const head = document.createElement("li");
      head.className = "pdf-notes-page label-caps";
      head.textContent = t("Page {number}", { number: index + 1 });
      items.push(head);
      const sorted = [...annotations].sort((a, b) => a.y - b.y || a.x - b.x);
      for (const annotation of sorted) {
        if ((count += 1) > MOST_SHOWN) break;
        items.push(this.#item(annotation));
      }
    });
    this.#root.replaceChildren(...items);
    show(this.#empty, items.length === 0);
  }

  #otherAuthor({ author }) {
    return author && author !== this.author ? author : "";
  }

  #item(annotation) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "pdf-note-row";
    button.dataset.go = annotation.id;
    const color = annotation.color ?? annotation.stroke_color ?? "";
    const mark = icon(ICONS[toolOf(annotation)] ?? "shapes", "icon-s");
    const lamp = document.createElement("span");
    lamp.className = "pdf-note-lamp";
    if (color) lamp.style.setProperty("--swatch", color);
    else lamp.style.visibility = "hidden";
    const text = document.createElement("span");
    text.className = "min-w-0";
    const name = document.createElement("span");
    name.className = "pdf-note-name";
    name.textContent = [nameOf(annotation), this.#otherAuthor(annotation)].filter(Boolean).join(" · ");
    text.append(name);
    const said = annotation.content ?? annotation.stamp;
    const words = typeof said === "string" ? said.trim() : "";
    if (words) {
      const line = document.createElement("span");
      line.className = "pdf-note-words";
      line.textContent = words;
      text.append(line);
    }
    if (annotation.replies?.length) {
      const replies = document.createElement("span");
      replies.className = "row-sub";
      replies.textContent = t("{count} replies", { count: annotation.replies.length });
      text.append(replies);
    }
    button.append(lamp, mark, text);
    item.append(button);
    return item;
  }
}
