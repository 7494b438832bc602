/** The tags of one asset: chips that can be taken away, and a box for new ones. */
import { icon } from "../shared/dom.js";
import { t } from "../shared/i18n.js";

/**
 * @param {string[]} tags
 * @param {string} text one or more, with commas between
 * @returns {string[]} with the new ones, each once whatever its capitals
 */
export function withTags(tags, text) {
  const known = new Set(tags.map((tag) => tag.toLowerCase()));
  const added = text
    .split(",")
    .map((tag) => tag.trim().replace(/^#+/, "").replaceAll(/\s+/g, " "))
    .filter((tag) => tag !== "" && !known.has(tag.toLowerCase()) && known.add(tag.toLowerCase()));
  return [...tags, ...added];
}

export class TagsEditor {
  #tags = [];

  /** @param {HTMLElement} element @param {(tags: string[]) => Promise<void>} save */
  constructor(element, save) {
    this.list = element.querySelector("[data-field='chips']");
    this.input = element.querySelector("input");
    this.save = save;
    element.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#add();
    });
    this.input.addEventListener("input", () => this.input.value.includes(",") && this.#add());
    this.list.addEventListener("click", (event) => this.#press(event));
  }

  async #add() {
    const tags = withTags(this.#tags, this.input.value);
    this.input.value = "";
    if (tags.length > this.#tags.length) await this.save(tags);
  }

  async #press(event) {
    const gone = event.target.closest("button")?.dataset.tag;
    if (gone === undefined) return;
    await this.save(this.#tags.filter((tag) => tag !== gone));
    this.input.focus();
  }

  /** @param {string[]} tags */
  paint(tags) {
    if (tags.join("\n") === this.#tags.join("\n")) return;
    this.#tags = tags;
    const chips = tags.map((tag) => {
      const chip = document.createElement("li");
      chip.className = "tag";
      const link = document.createElement("a");
      link.href = `/?tag=${encodeURIComponent(tag)}`;
      link.textContent = tag;
      const remove = document.createElement("button");
      remove.type = "button";
      remove.dataset.tag = tag;
      remove.setAttribute("aria-label", t("Remove the tag {tag}", { tag }));
      remove.append(icon("x", "icon-s"));
      chip.append(link, remove);
      return chip;
    });
    this.list.replaceChildren(...chips);
  }
}
