/** Finds words in the document, page by page, and paints the hits where they are. */
import { setMeter, show } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { findIn } from "../text_search.js";

const QUIET_MS = 250;
const MOST_HITS = 2_000;
const LISTED = 300;

export class SearchPanel {
  #parts;
  #file;
  #store;
  #viewer;
  #onGone;
  #query = "";
  #hits = [];
  #current = -1;
  #run = 0;
  #timer = null;

  /** @param {{form: HTMLFormElement, list: HTMLElement, state: HTMLElement, meter: HTMLElement,
   *   file: object, store: object, viewer: object, onGone: () => void}} options */
  constructor({ file, store, viewer, onGone, ...parts }) {
    this.#parts = parts;
    this.#file = file;
    this.#store = store;
    this.#viewer = viewer;
    this.#onGone = onGone;
    const { form, list } = parts;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (form.elements.query.value.trim() !== this.#query) void this.search(form.elements.query.value);
      else this.step(1);
    });
    form.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.search(form.elements.query.value), QUIET_MS);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.shiftKey) return;
      event.preventDefault();
      this.step(-1);
    });
    form.addEventListener("click", (event) => {
      const { searchStep } = event.target.closest("[data-search-step]")?.dataset ?? {};
      if (searchStep) this.step(Number(searchStep));
    });
    list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-hit]");
      if (button) this.#show(Number(button.dataset.hit));
    });
  }

  focus() {
    const { query } = this.#parts.form.elements;
    query.focus();
    query.select();
  }

  /** Hits of another file mean nothing. */
  reset() {
    if (this.#query) void this.search(this.#query);
  }

  async search(text) {
    const run = (this.#run += 1);
    this.#query = text.trim();
    this.#hits = [];
    this.#current = -1;
    const { list, meter, state } = this.#parts;
    list.replaceChildren();
    this.paintAll();
    if (this.#query === "") {
      show(meter, false);
      state.textContent = "";
      return;
    }
    const { pages } = this.#store;
    show(meter, true);
    for (let index = 0; index < pages.length; index += 1) {
      const strings = await this.#file.strings(index + 1);
      if (run !== this.#run) return;
      const found = findIn(strings, this.#query);
      for (const hit of found) this.#add({ ...hit, index, page: pages[index].id });
      if (found.length > 0) this.#paint(this.#viewer.view(pages[index].id));
      if (index % 8 === 0) setMeter(meter, ((index + 1) / pages.length) * 100);
      if (this.#current === -1 && this.#hits.length > 0) this.#startNear();
      if (this.#hits.length >= MOST_HITS) break;
    }
    show(meter, false);
    this.#say();
    // All of them are before the page that is shown.
    if (this.#current === -1 && this.#hits.length > 0) this.#show(0, { stay: true });
  }

  #startNear() {
    const here = this.#store.state.get().pageIndex;
    const at = this.#hits.findIndex(({ index }) => index >= here);
    if (at >= 0) this.#show(at, { stay: true });
  }

  #add(hit) {
    this.#hits.push(hit);
    this.#say();
    if (this.#hits.length > LISTED) return;
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "pdf-hit";
    button.dataset.hit = String(this.#hits.length - 1);
    const number = document.createElement("span");
    number.className = "figures row-sub";
    number.textContent = String(hit.index + 1);
    const text = document.createElement("span");
    const mark = document.createElement("mark");
    mark.textContent = hit.words;
    text.append(hit.before, mark, hit.after);
    button.append(number, text);
    item.append(button);
    this.#parts.list.append(item);
  }

  #say() {
    const { state } = this.#parts;
    const count = this.#hits.length;
    if (count === 0) state.textContent = t("Nothing found.");
    else if (this.#current < 0) state.textContent = t("{count} hits", { count });
    else state.textContent = t("{number} of {count}", { number: this.#current + 1, count });
  }

  step(by) {
    const count = this.#hits.length;
    if (count === 0) return;
    this.#show((this.#current + by + count) % count);
  }

  #show(number, { stay = false } = {}) {
    this.#current = number;
    const hit = this.#hits[number];
    for (const button of this.#parts.list.querySelectorAll("[data-hit]")) {
      const isCurrent = Number(button.dataset.hit) === number;
      button.toggleAttribute("aria-current", isCurrent);
      if (isCurrent) button.scrollIntoView({ block: "nearest" });
    }
    this.#say();
    this.paintAll();
    const range = this.#rangeOf(hit);
    if (range) this.#reveal(hit, range);
    else if (!stay || hit.index !== this.#store.state.get().pageIndex) this.#viewer.goTo(hit.index);
    if (!stay) this.#onGone();
  }

  #reveal(hit, range) {
    const view = this.#viewer.view(hit.page);
    const page = view.element.getBoundingClientRect();
    const { left, top, width, height } = range.getBoundingClientRect();
    this.#viewer.reveal(hit.page, { x: left - page.left, y: top - page.top, width, height });
  }

  /** Called when the text of a page has been laid out. */
  textReady(view) {
    this.#paint(view);
    const hit = this.#hits[this.#current];
    if (hit?.page !== view.page.id) return;
    const range = this.#rangeOf(hit);
    if (range) this.#reveal(hit, range);
  }

  #rangeOf({ page, start, end }) {
    const spans = this.#viewer.view(page)?.spans;
    if (!spans?.length) return null;
    const from = spans[start.item]?.firstChild;
    const to = spans[end.item]?.firstChild;
    if (!from || !to) return null;
    const range = document.createRange();
    range.setStart(from, Math.min(start.at, from.length));
    range.setEnd(to, Math.min(end.at, to.length));
    return range;
  }

  #painted = new Map();

  #paint(view) {
    if (!view || !globalThis.Highlight || !CSS.highlights) return;
    const ranges = this.#hits
      .map((hit, number) => ({ hit, number }))
      .filter(({ hit }) => hit.page === view.page.id)
      .map(({ hit, number }) => ({ range: this.#rangeOf(hit), number }))
      .filter(({ range }) => range);
    this.#painted.set(view.page.id, ranges);
    const all = [...this.#painted.values()].flat();
    CSS.highlights.set("pdf-hit", new Highlight(...all.map(({ range }) => range)));
    const now = all.filter(({ number }) => number === this.#current).map(({ range }) => range);
    const current = new Highlight(...now);
    current.priority = 1;
    CSS.highlights.set("pdf-hit-current", current);
  }

  paintAll() {
    this.#painted.clear();
    CSS.highlights?.delete("pdf-hit");
    CSS.highlights?.delete("pdf-hit-current");
    for (const view of this.#viewer.views) this.#paint(view);
  }
}
