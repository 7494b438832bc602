/** The tabs at the side; on narrow screens they lie over the pages. */
import { show } from "../../shared/dom.js";

const NARROW = "(max-width: 59.99rem)";

export class SidePanel {
  #root;
  #body;
  #onShow;

  /** @param {{root: HTMLElement, body: HTMLElement, onShow: (name: string) => void}} options */
  constructor({ root, body, onShow = () => {} }) {
    this.#root = root;
    this.#body = body;
    this.#onShow = onShow;
    this.current = "pages";
    root.addEventListener("click", (event) => {
      const tab = event.target.closest("[data-side-tab]");
      if (tab) this.open(tab.dataset.sideTab);
    });
    // On narrow screens a shade lies over the rest.
    body.addEventListener("click", ({ target }) => target === body && this.gone());
    root.querySelector("[role='tablist']").addEventListener("keydown", (event) => this.#key(event));
    this.toggle(!matchMedia(NARROW).matches);
  }

  get isOpen() {
    return this.#body.dataset.side === "open";
  }

  get isNarrow() {
    return matchMedia(NARROW).matches;
  }

  toggle(open = !this.isOpen) {
    this.#body.dataset.side = open ? "open" : "closed";
    this.#root.inert = !open;
    const button = document.querySelector("[data-do='side']");
    button?.setAttribute("aria-pressed", String(open));
    if (open) this.#onShow(this.current);
  }

  open(name) {
    this.current = name;
    for (const tab of this.#root.querySelectorAll("[data-side-tab]")) {
      const isCurrent = tab.dataset.sideTab === name;
      tab.setAttribute("aria-selected", String(isCurrent));
      tab.tabIndex = isCurrent ? 0 : -1;
    }
    for (const content of this.#root.querySelectorAll("[data-side-content]")) {
      show(content, content.dataset.sideContent === name);
    }
    if (this.isOpen) this.#onShow(name);
    else this.toggle(true);
  }

  #key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const tabs = [...this.#root.querySelectorAll("[data-side-tab]")];
    const at = tabs.findIndex((tab) => tab.dataset.sideTab === this.current);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    this.open(next.dataset.sideTab);
    next.focus();
  }

  /** After going somewhere on a phone the page should be seen. @returns {boolean} */
  gone() {
    const covers = this.isNarrow && this.isOpen;
    if (covers) this.toggle(false);
    return covers;
  }
}
