/** The form above the library: says which filters are chosen. */
import { show } from "../shared/dom.js";
import { NO_FILTERS } from "./filters.js";

const TYPING_MS = 250;
const FIELDS = ["search", "kind", "status", "sort", "created_after", "created_before"];

export class FilterBar {
  #timer = null;

  /** @param {HTMLFormElement} form @param {(changes: object) => void} onChange */
  constructor(form, onChange) {
    this.form = form;
    this.onChange = onChange;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", (event) => {
      clearTimeout(this.#timer);
      const typing = event.target.type === "search";
      this.#timer = setTimeout(() => onChange(this.#values()), typing ? TYPING_MS : 0);
    });
    form.addEventListener("click", (event) => {
      const clear = event.target.closest("[data-clear]")?.dataset.clear;
      if (!clear) return;
      onChange(clear === "all" ? { ...NO_FILTERS, deleted: this.deleted } : { [clear]: "" });
    });
  }

  #values() {
    return Object.fromEntries(FIELDS.map((name) => [name, this.form.elements[name].value.trim()]));
  }

  /** Shows filters, without touching what is being typed. */
  paint(filters) {
    this.deleted = filters.deleted;
    for (const name of FIELDS) {
      const input = this.form.elements[name];
      if (input !== document.activeElement) input.value = filters[name];
    }
    const { form } = this;
    const tag = form.querySelector("[data-clear='tag']");
    show(tag, filters.tag !== "");
    tag.querySelector("span").textContent = `#${filters.tag}`;
    const dated = filters.created_after !== "" || filters.created_before !== "";
    form.querySelector("[data-date-lamp]").hidden = !dated;
    const names = [...FIELDS, "tag"].filter((name) => name !== "sort");
    show(
      form.querySelector("[data-clear='all']"),
      names.some((name) => filters[name] !== ""),
    );
  }
}
