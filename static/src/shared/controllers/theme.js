/** System, light or dark; the same on every device of a person. */
import { Controller } from "@hotwired/stimulus";
import { preferences } from "../preferences.js";

/** Canvases hear of it as `streamfetch:theme`. */
function apply(choice) {
  const root = document.documentElement;
  const before = root.dataset.theme;
  if (choice === "light" || choice === "dark") root.dataset.theme = choice;
  else delete root.dataset.theme;
  if (root.dataset.theme !== before) document.dispatchEvent(new CustomEvent("streamfetch:theme"));
}

export class ThemeController extends Controller {
  static targets = ["choice"];

  connect() {
    this.unwatch = preferences.watch(() => this.paint());
    this.paint();
  }

  disconnect() {
    this.unwatch();
  }

  choose(event) {
    preferences.change({ theme: event.currentTarget.dataset.themeChoice });
  }

  paint() {
    const theme = preferences.get().theme ?? "system";
    apply(theme);
    for (const button of this.choiceTargets) {
      const chosen = button.dataset.themeChoice === theme;
      const attribute = button.getAttribute("role") ? "aria-checked" : "aria-pressed";
      button.setAttribute(attribute, String(chosen));
      const check = button.querySelector("[data-theme-check]");
      if (check) check.hidden = !chosen;
    }
  }
}
