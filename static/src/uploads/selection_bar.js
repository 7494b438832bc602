/** Choosing many cards of the library, and the bar of what can be done with them. */
import { show } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { Selection } from "./selection.js";

export class SelectionBar {
  #selection = new Selection();

  /**
   * @param {{grid: HTMLElement, bar: HTMLElement, count: HTMLElement,
   *   inBin: () => boolean, signal: AbortSignal}} parts
   */
  constructor({ grid, bar, count, inBin, signal }) {
    Object.assign(this, { grid, bar, count, inBin });
    document.addEventListener("keydown", (event) => this.#onKey(event), { signal });
  }

  get size() {
    return this.#selection.size;
  }

  get ids() {
    return this.#selection.ids;
  }

  get #order() {
    return [...this.grid.children].map((card) => card.dataset.asset);
  }

  /** Shift selects up to here, Ctrl one more, as in file managers. */
  select(id, { shiftKey }) {
    if (shiftKey) this.#selection.extend(id, this.#order);
    else this.#selection.toggle(id);
    this.paint();
  }

  all() {
    this.#selection.all(this.#order);
    this.paint();
  }

  clear() {
    this.#selection.clear();
    this.paint();
  }

  drop(id) {
    this.#selection.drop(id);
    this.paint();
  }

  #onKey(event) {
    if (this.size === 0 || event.target.closest?.("input:not([data-select]), dialog")) return;
    if (event.key === "Escape") this.clear();
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.all();
    }
  }

  paint() {
    for (const card of this.grid.children) {
      const selected = this.#selection.has(card.dataset.asset);
      card.classList.toggle("is-selected", selected);
      card.querySelector(".media-check").checked = selected;
    }
    this.grid.classList.toggle("is-selecting", this.size > 0);
    show(this.bar, this.size > 0);
    this.count.textContent = t("{count} selected", { count: this.size });
    for (const button of this.bar.querySelectorAll("[data-bulk]")) {
      show(button, (button.dataset.bulk === "delete") !== this.inBin());
    }
  }
}
