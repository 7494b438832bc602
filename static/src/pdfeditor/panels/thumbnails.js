/** The pages as small pictures: go there, choose several, drag them into order. */
import { t } from "../../shared/i18n.js";
import { quarterTurn } from "../geometry.js";

const STILL_PX = 5;

const nameIn = (address) => address.split("?")[0].split("/").at(-1);

export class Thumbnails {
  #root;
  #store;
  #goTo;
  #move;
  #chosen = new Set();
  #anchor = 0;

  /** @param {{root: HTMLElement, store: import("../document_store.js").DocumentStore,
   *   goTo: (index: number) => void,
   *   move: (pages: string[], before: string | null) => void}} options */
  constructor({ root, store, goTo, move }) {
    this.#root = root;
    this.#store = store;
    this.#goTo = goTo;
    this.#move = move;
    root.addEventListener("pointerdown", (event) => this.#down(event));
    root.addEventListener("keydown", (event) => this.#key(event));
    store.watch(({ project }) => project.pages, (pages) => this.#build(pages));
    store.watch(({ pageIndex }) => pageIndex, (index) => this.#mark(index));
  }

  /** The chosen pages in their order; the current one when none is chosen. */
  get chosen() {
    const { pages } = this.#store;
    const chosen = pages.filter(({ id }) => this.#chosen.has(id)).map(({ id }) => id);
    const current = pages[this.#store.state.get().pageIndex];
    return chosen.length > 0 || !current ? chosen : [current.id];
  }

  #build(pages) {
    const items = [...this.#root.children];
    if (items.length === pages.length && items.every((item, i) => item.dataset.page === pages[i].id)) {
      pages.forEach((page, index) => this.#fill(items[index], page, index));
      return;
    }
    const old = new Map(items.map((item) => [item.dataset.page, item]));
    const alive = new Set(pages.map(({ id }) => id));
    for (const id of this.#chosen) if (!alive.has(id)) this.#chosen.delete(id);
    this.#root.replaceChildren(
      ...pages.map((page, index) => {
        const item = old.get(page.id) ?? this.#make(page);
        item.shown = null;
        this.#fill(item, page, index);
        return item;
      }),
    );
    this.#mark(this.#store.state.get().pageIndex);
  }

  #make(page) {
    const item = document.createElement("div");
    item.className = "pdf-thumb";
    item.dataset.page = page.id;
    item.setAttribute("role", "option");
    item.innerHTML = '<span class="pdf-thumb-sheet"><img alt="" loading="lazy" decoding="async" draggable="false"></span><span class="pdf-thumb-number figures"></span>';
    return item;
  }

  #fill(item, page, index) {
    if (item.shown === page) return;
    item.shown = page;
    const turned = quarterTurn(page.rotation) % 180 !== 0;
    const [width, height] = turned ? [page.height, page.width] : [page.width, page.height];
    const sheet = item.firstChild;
    sheet.style.aspectRatio = `${width} / ${height}`;
    sheet.classList.toggle("is-wide", width > height);
    const picture = sheet.firstChild;
    // Every answer signs the addresses anew: what counts is the name of the picture.
    if (page.thumbnail && nameIn(picture.src) !== nameIn(page.thumbnail)) picture.src = page.thumbnail;
    picture.hidden = !page.thumbnail;
    item.lastChild.textContent = String(index + 1);
    item.setAttribute("aria-label", t("Page {number}", { number: index + 1 }));
  }

  #mark(index) {
    [...this.#root.children].forEach((item, i) => {
      const isCurrent = i === index;
      item.classList.toggle("is-current", isCurrent);
      if (isCurrent) item.setAttribute("aria-current", "page");
      else item.removeAttribute("aria-current");
      item.setAttribute("aria-selected", String(this.#chosen.has(item.dataset.page)));
    });
    const current = this.#root.children[index];
    if (!current || this.#root.offsetParent === null) return;
    const { offsetTop, offsetHeight } = current;
    const { scrollTop, clientHeight } = this.#root;
    if (offsetTop < scrollTop || offsetTop + offsetHeight > scrollTop + clientHeight) {
      this.#root.scrollTop = offsetTop - clientHeight / 2 + offsetHeight / 2;
    }
  }

  shown() {
    this.#mark(this.#store.state.get().pageIndex);
  }

  #down(event) {
    const item = event.target.closest(".pdf-thumb");
    if (!item || event.button !== 0) return;
    const { page } = item.dataset;
    const index = [...this.#root.children].indexOf(item);
    if (event.shiftKey) this.#chooseTo(index);
    else if (event.ctrlKey || event.metaKey) {
      if (!this.#chosen.delete(page)) this.#chosen.add(page);
      this.#anchor = index;
    } else if (!this.#chosen.has(page)) {
      this.#chosen = new Set([page]);
      this.#anchor = index;
    }
    this.#mark(this.#store.state.get().pageIndex);
    if (event.pointerType === "touch") {
      item.addEventListener("click", () => this.#goTo(index), { once: true });
      return;
    }
    this.#drag(event, item, index);
  }

  #chooseTo(index) {
    const [from, to] = [Math.min(this.#anchor, index), Math.max(this.#anchor, index)];
    this.#chosen = new Set(this.#store.pages.slice(from, to + 1).map(({ id }) => id));
  }

  #drag(event, item, index) {
    const over = new AbortController();
    const { signal } = over;
    let moved = false;
    let before;
    const clear = () => {
      over.abort();
      this.#root.classList.remove("is-dragging");
      this.#root.querySelectorAll(".is-target, .is-target-end").forEach((each) => each.classList.remove("is-target", "is-target-end"));
    };
    const on = (type, handler) => addEventListener(type, handler, { signal });
    on("pointermove", (now) => {
      if (!moved && Math.hypot(now.clientX - event.clientX, now.clientY - event.clientY) < STILL_PX) return;
      moved = true;
      this.#root.classList.add("is-dragging");
      before = this.#target(now);
    });
    on("pointerup", (now) => {
      const pages = this.chosen;
      clear();
      if (moved && before !== undefined) this.#move(pages, before);
      else if (!now.shiftKey && !now.ctrlKey && !now.metaKey) {
        this.#chosen = new Set([item.dataset.page]);
        this.#goTo(index);
        this.#mark(index);
      }
    });
    on("pointercancel", clear);
    on("keydown", (key) => key.key === "Escape" && clear());
  }

  /** The page before which a drop would land; null is the end. */
  #target({ clientX, clientY }) {
    const rect = this.#root.getBoundingClientRect();
    if (clientY < rect.top + 40) this.#root.scrollTop -= 12;
    if (clientY > rect.bottom - 40) this.#root.scrollTop += 12;
    const items = [...this.#root.children];
    items.forEach((each) => each.classList.remove("is-target", "is-target-end"));
    const next = items.find((each) => {
      const box = each.getBoundingClientRect();
      return clientY < box.top + box.height / 2 && clientX < box.right + 60;
    });
    (next ?? items.at(-1))?.classList.add(next ? "is-target" : "is-target-end");
    return next?.dataset.page ?? null;
  }

  #key(event) {
    const { pages } = this.#store;
    const at = this.#store.state.get().pageIndex;
    const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      this.#chosen = new Set(pages.map(({ id }) => id));
      this.#mark(at);
    } else if (step !== undefined && event.altKey && Math.abs(step) === 1) {
      this.#nudge(step);
    } else if (step !== undefined) {
      const next = Math.max(0, Math.min(pages.length - 1, at + step));
      if (event.shiftKey) this.#chooseTo(next);
      else {
        this.#chosen = new Set([pages[next].id]);
        this.#anchor = next;
      }
      this.#goTo(next);
      this.#mark(next);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Moves the chosen pages by one, with the keyboard. */
  #nudge(step) {
    const { chosen } = this;
    const ids = this.#store.pages.map(({ id }) => id);
    const edge = step > 0 ? ids.indexOf(chosen.at(-1)) : ids.indexOf(chosen[0]);
    if (step < 0 && edge > 0) this.#move(chosen, ids[edge - 1]);
    if (step > 0 && edge < ids.length - 1) this.#move(chosen, ids[edge + 2] ?? null);
  }
}
