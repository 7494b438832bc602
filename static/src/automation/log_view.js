/** The log of a job: the last lines, filtered, followed. */
import { field, setText, show } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { stageName } from "./wording.js";

const NEAR_END_PX = 24;

export class LogView {
  #root;
  #list;
  #follow;
  #rows = new Map();

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#list = field(root, "lines");
    this.#follow = field(root, "follow");
    this.#follow.addEventListener("click", () => this.#setFollow(!this.isFollowing));
    this.#list.addEventListener("scroll", () => {
      const { scrollTop, scrollHeight, clientHeight } = this.#list;
      if (scrollHeight - clientHeight - scrollTop > NEAR_END_PX) this.#setFollow(false);
    });
    for (const button of root.querySelectorAll("[data-level]")) {
      button.addEventListener("click", () => this.#filter(button));
    }
  }

  get isFollowing() {
    return this.#follow.getAttribute("aria-pressed") === "true";
  }

  #setFollow(on) {
    this.#follow.setAttribute("aria-pressed", String(on));
    if (on) this.#toEnd();
  }

  #toEnd() {
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  #filter(pressed) {
    for (const button of this.#root.querySelectorAll("[data-level]")) {
      button.setAttribute("aria-pressed", String(button === pressed));
    }
    this.#list.dataset.only = pressed.dataset.level;
    this.#count();
    if (this.isFollowing) this.#toEnd();
  }

  /** @param {object[]} lines the oldest first */
  paint(lines) {
    const wanted = new Set(lines.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (wanted.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    for (const [at, line] of lines.entries()) {
      if (this.#rows.has(line.id)) continue;
      const row = rowOf(line);
      this.#rows.set(line.id, row);
      this.#list.insertBefore(row, this.#list.children[at] ?? null);
    }
    show(this.#list, lines.length > 0);
    show(field(this.#root, "empty"), lines.length === 0);
    this.#count();
    if (this.isFollowing) this.#toEnd();
  }

  #count() {
    const only = this.#list.dataset.only ?? "";
    const levels = { "": null, warning: ["warning", "error"], error: ["error"] }[only];
    const rows = [...this.#rows.values()];
    const shown = levels ? rows.filter((row) => levels.includes(row.dataset.level)).length : rows.length;
    setText(this.#root, "count", shown === 1 ? t("1 line") : t("{count} lines", { count: shown }));
  }
}

function rowOf(line) {
  const row = document.createElement("li");
  row.dataset.level = line.level;
  const at = document.createElement("time");
  at.dateTime = line.timestamp;
  at.textContent = new Date(line.timestamp).toLocaleTimeString(undefined, { hour12: false });
  at.title = new Date(line.timestamp).toLocaleString();
  const stage = document.createElement("span");
  stage.className = "dub-log-stage";
  stage.textContent = line.stage ? stageName(line.stage) : "";
  const words = document.createElement("span");
  words.textContent = line.message;
  row.append(at, stage, words);
  return row;
}
