/** Keys of the editor, and the dialog that lists and changes them. */
import { t } from "../shared/i18n.js";
import { chordOf, COMMANDS, keymap, keyName, rebind } from "./keymap.js";

const OWN_KEYS =
  "input:not([type='range'], [type='checkbox']), textarea, select, dialog, [role='menu'], [contenteditable]";
const STORED = "streamfetch.editor.keys";

function stored() {
  try {
    const own = JSON.parse(localStorage.getItem(STORED));
    return own && typeof own === "object" ? own : {};
  } catch {
    return {};
  }
}

export class Shortcuts {
  #own = stored();
  #map = keymap(this.#own);
  #waiting = null;

  /** @param {{actions: Record<string, () => void>, dialog: HTMLDialogElement}} parts */
  constructor({ actions, dialog }) {
    Object.assign(this, { actions, dialog });
    this.list = dialog.querySelector("[data-shortcuts-list]");
    document.addEventListener("keydown", (event) => this.#press(event));
    dialog.addEventListener("keydown", (event) => this.#record(event), true);
    this.list.addEventListener("click", (event) => this.#ask(event.target.closest("[data-command]")));
    dialog.querySelector("[data-shortcuts-reset]").addEventListener("click", () => this.#store({}));
    dialog.addEventListener("close", () => (this.#waiting = null));
    this.paint();
  }

  #press(event) {
    const chord = chordOf(event);
    const name = chord && this.#map.get(chord);
    if (!name) return;
    const isSave = name === "save";
    if (!isSave && (event.defaultPrevented || event.target.closest?.(OWN_KEYS))) return;
    const presses = event.target.closest?.("button, a, summary, [role='tab'], [role='button']");
    if (presses && (chord === "space" || chord === "enter") && !presses.matches("[data-body]")) return;
    const isSlider = event.target.type === "range" || event.target.getAttribute?.("role") === "slider";
    if (isSlider && chord.includes("arrow")) return;
    event.preventDefault();
    this.actions[name]?.();
  }

  #ask(button) {
    if (!button) return;
    this.#waiting = button.dataset.command;
    this.paint();
    this.list.querySelector(`[data-command="${this.#waiting}"]`)?.focus();
  }

  #record(event) {
    if (!this.#waiting) return;
    const chord = chordOf(event);
    if (!chord) return;
    event.preventDefault();
    event.stopPropagation();
    const name = this.#waiting;
    this.#waiting = null;
    if (chord === "escape" || chord === "tab") this.paint();
    else this.#store(rebind(this.#own, name, chord));
  }

  #store(own) {
    this.#own = own;
    this.#map = keymap(own);
    try {
      localStorage.setItem(STORED, JSON.stringify(own));
    } catch {
      // Without storage they hold until the page is closed.
    }
    this.paint();
  }

  paint() {
    const groups = Map.groupBy
      ? Map.groupBy(COMMANDS, ({ group }) => group)
      : COMMANDS.reduce((map, each) => map.set(each.group, [...(map.get(each.group) ?? []), each]), new Map());
    this.list.replaceChildren(
      ...[...groups].map(([group, commands]) => {
        const section = document.createElement("section");
        const head = document.createElement("h3");
        head.textContent = t(group);
        section.append(head, ...commands.map((command) => this.#row(command)));
        return section;
      }),
    );
  }

  #row({ name, label, keys }) {
    const row = document.createElement("div");
    row.className = "shortcut";
    const text = document.createElement("span");
    text.textContent = t(label);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "shortcut-keys";
    button.dataset.command = name;
    const own = this.#own[name] ?? keys;
    if (this.#waiting === name) {
      button.textContent = t("Press a key…");
    } else {
      for (const chord of own) {
        const key = document.createElement("kbd");
        key.className = "key";
        key.textContent = keyName(chord);
        button.append(key);
      }
      if (own.length === 0) button.textContent = t("None");
    }
    button.setAttribute("aria-label", t("Change the key of “{label}”", { label: t(label) }));
    row.append(text, button);
    return row;
  }
}
