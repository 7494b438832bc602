/** The tabs of the inspector: one panel at a time, arrows go along. */

export class Docks {
  /** @param {HTMLElement[]} roots */
  constructor(roots) {
    this.tabs = roots.map((root) => new Tabs(root));
  }

  /** Shows a panel, whichever dock has it. */
  show(name) {
    this.tabs.find((tabs) => tabs.has(name))?.show(name);
  }

  onShow(callback) {
    for (const tabs of this.tabs) tabs.shown = callback;
  }
}

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

  has(name) {
    return this.tabs.some((tab) => tab.dataset.tab === name);
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
    this.shown?.(name);
  }
}
