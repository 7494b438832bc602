/** The outline that the document brings along. */
import { show } from "../../shared/dom.js";
import { toastError } from "../../shared/toasts.js";

const MOST_ENTRIES = 3_000;

export class OutlinePanel {
  #root;
  #empty;
  #file;
  #goTo;
  #count = 0;

  /** @param {{root: HTMLElement, empty: HTMLElement,
   *   file: import("../pdf_file.js").PdfFile, goTo: (index: number) => void}} options */
  constructor({ root, empty, file, goTo }) {
    this.#root = root;
    this.#empty = empty;
    this.#file = file;
    this.#goTo = goTo;
    root.addEventListener("click", (event) => this.#press(event));
    this.targets = new WeakMap();
  }

  async load() {
    this.#count = 0;
    const items = await this.#file.outline();
    this.#root.replaceChildren(...(items.length > 0 ? [this.#list(items)] : []));
    show(this.#empty, items.length === 0);
  }

  #list(items) {
    const list = document.createElement("ul");
    for (const item of items) {
      if ((this.#count += 1) > MOST_ENTRIES) break;
      const entry = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "pdf-outline-entry";
      button.textContent = item.title || "–";
      if (item.bold) button.classList.add("font-bold");
      this.targets.set(button, item.dest);
      button.disabled = !item.dest;
      if (item.items.length > 0) {
        const details = document.createElement("details");
        details.open = (item.count ?? 1) > 0 && items.length < 30;
        const summary = document.createElement("summary");
        summary.append(button);
        details.append(summary, this.#list(item.items));
        entry.append(details);
      } else entry.append(button);
      list.append(entry);
    }
    return list;
  }

  async #press(event) {
    const button = event.target.closest(".pdf-outline-entry");
    if (!button) return;
    event.preventDefault();
    try {
      const number = await this.#file.pageOf(this.targets.get(button));
      if (number) this.#goTo(number - 1);
    } catch (error) {
      toastError(error);
    }
  }
}
