/** System, light or dark; remembered in this browser, in step between tabs. */
import { Controller } from "@hotwired/stimulus";

const KEY = "streamfetch.theme";

function remembered() {
  try {
    return localStorage.getItem(KEY) ?? "system";
  } catch {
    return "system";
  }
}

function apply(choice) {
  const root = document.documentElement;
  if (choice === "system") delete root.dataset.theme;
  else root.dataset.theme = choice;
}

export class ThemeController extends Controller {
  static targets = ["choice"];

  connect() {
    this.paint();
    this.sync = () => {
      apply(remembered());
      this.paint();
    };
    addEventListener("storage", this.sync);
    document.addEventListener("streamfetch:theme", this.sync);
  }

  disconnect() {
    removeEventListener("storage", this.sync);
    document.removeEventListener("streamfetch:theme", this.sync);
  }

  choose(event) {
    const { themeChoice } = event.currentTarget.dataset;
    try {
      localStorage.setItem(KEY, themeChoice);
    } catch {
      // Without storage the choice holds for this page.
    }
    apply(themeChoice);
    document.dispatchEvent(new CustomEvent("streamfetch:theme"));
    this.paint(themeChoice);
  }

  paint(choice = remembered()) {
    for (const button of this.choiceTargets) {
      const chosen = button.dataset.themeChoice === choice;
      const attribute = button.getAttribute("role") ? "aria-checked" : "aria-pressed";
      button.setAttribute(attribute, String(chosen));
      const check = button.querySelector("[data-theme-check]");
      if (check) check.hidden = !chosen;
    }
  }
}
