/** The tabs of the inspector: one panel at a time, arrows go along. */

export class Tabs {
  /** @param {HTMLElement} root holds [data-tab] buttons and [data-panel] parts */
  constructor(root) {
    this.root = root;
    this.tabs = [...root.querySelectorAll("[data-tab]")];
    for (const tab of this.tabs) tab.addEventListener("click", () => this.show(tab.dataset.tab));
    root.querySelector("[role='tablist']").addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      const index = this.tabs.indexOf(document.activeElement);
      const next = this.tabs[(index + step + this.tabs.length) % this.tabs.length];
      this.show(next.dataset.tab);
      next.focus();
    });
  }

  show(name) {
    this.current = name;
    for (const tab of this.tabs) {
      const chosen = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
    for (const panel of this.root.querySelectorAll("[data-panel]")) {
      panel.hidden = panel.dataset.panel !== name;
    }
  }
}
