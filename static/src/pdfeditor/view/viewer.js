/**
 * The pages, scrolled and zoomed. Only pages near the window exist in the
 * document, so thousands of them cost what a screenful costs.
 */
import { t } from "../../shared/i18n.js";
import {
  clampZoom, currentPage, fitScale, GAP_PX, layOut, MARGIN_PX, nextZoom, pagesWithin, PX_PER_POINT,
} from "../page_layout.js";
import { PageView } from "./page_view.js";

const REDRAW_AFTER_MS = 140;
const MOST_DRAWING = 2;
/** What the controls at the bottom cover. */
const BELOW_PX = 72;

export class Viewer {
  #store;
  #file;
  #views = new Map();
  #boxes = [];
  #drawing = 0;
  #timer = null;
  #fit = "auto";
  #frame = 0;
  #pinned = null;
  #handlers;

  /**
   * @param {{scroller: HTMLElement, surface: HTMLElement,
   *   store: import("../document_store.js").DocumentStore,
   *   file: import("../pdf_file.js").PdfFile,
   *   onView: (view: PageView) => void, onText: (view: PageView) => void,
   *   onDrawn: (view: PageView) => void, onPlaced: () => void,
   *   onProblem: (error: Error) => void}} options
   */
  constructor({ scroller, surface, store, file, ...handlers }) {
    this.scroller = scroller;
    this.surface = surface;
    this.#store = store;
    this.#file = file;
    this.#handlers = handlers;
    this.mode = "continuous";
    this.scale = PX_PER_POINT;
    scroller.addEventListener("scroll", () => this.#soon(), { passive: true });
  }

  /** Shows the pages; called once, when all that hears of them is there. */
  start() {
    new ResizeObserver(() => this.#resized()).observe(this.scroller);
    this.#store.watchAnnotations((pageIds) => this.#repaint(pageIds));
    this.#store.watch(({ project }) => project.pages, () => this.layOut());
  }

  get zoom() {
    return this.scale / PX_PER_POINT;
  }

  get fit() {
    return this.#fit;
  }

  get views() {
    return [...this.#views.values()];
  }

  view(pageId) {
    return this.#views.get(pageId) ?? null;
  }

  get pageIndex() {
    return this.#store.state.get().pageIndex;
  }

  /** The pages that are laid out: all, or the one of single-page mode. */
  get #shown() {
    const { pages } = this.#store;
    if (this.mode === "continuous") return pages.map((page, index) => ({ page, index }));
    const index = Math.min(this.pageIndex, pages.length - 1);
    return index < 0 ? [] : [{ page: pages[index], index }];
  }

  layOut() {
    const { scroller } = this;
    if (this.#store.pages.length === 0 || scroller.clientWidth === 0) return;
    if (this.#fit) {
      this.scale = fitScale(this.#current, this.#fit, { width: scroller.clientWidth, height: scroller.clientHeight });
    }
    const shown = this.#shown;
    const { boxes, width, height } = layOut(shown.map(({ page }) => page), {
      scale: this.scale, viewportWidth: scroller.clientWidth,
    });
    this.#boxes = boxes;
    this.surface.style.width = `${width}px`;
    this.surface.style.height = `${Math.max(height, this.mode === "single" ? scroller.clientHeight : 0)}px`;
    if (this.mode === "single" && boxes[0] && height < scroller.clientHeight) {
      boxes[0].y = Math.round((scroller.clientHeight - boxes[0].height) / 2);
    }
    const present = new Set(shown.map(({ page }) => page.id));
    for (const [id, view] of this.#views) {
      if (present.has(id)) continue;
      view.remove();
      this.#views.delete(id);
    }
    this.#store.state.patch({ zoom: this.zoom });
    this.#update();
  }

  get #current() {
    const { pages } = this.#store;
    return pages[Math.max(0, Math.min(this.pageIndex, pages.length - 1))];
  }

  #resized() {
    const anchor = this.#anchor();
    this.layOut();
    this.#restore(anchor);
  }

  #soon() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#update();
    });
  }

  #update() {
    const { scroller } = this;
    const { scrollTop, clientHeight } = scroller;
    const shown = this.#shown;
    if (this.mode === "continuous" && this.#boxes.length > 0) {
      const index = currentPage(this.#boxes, scrollTop, clientHeight, this.#pinned);
      if (index !== this.pageIndex) this.#store.state.patch({ pageIndex: index });
    }
    const near = pagesWithin(this.#boxes, scrollTop - clientHeight, scrollTop + 2 * clientHeight);
    const wanted = new Set();
    for (let i = near.first; i <= near.last; i += 1) wanted.add(shown[i].page.id);
    for (const [id, view] of this.#views) {
      if (wanted.has(id)) continue;
      view.remove();
      this.#views.delete(id);
    }
    for (let i = near.first; i <= near.last; i += 1) {
      const { page, index } = shown[i];
      const view = this.#views.get(page.id) ?? this.#add(page, index);
      view.place(this.#boxes[i], page, this.scale);
    }
    this.#handlers.onPlaced();
    this.#drawNext();
  }

  #add(page, index) {
    const view = new PageView({
      page,
      number: index + 1,
      file: this.#file,
      label: t("Page {number}", { number: index + 1 }),
      onText: this.#handlers.onText,
    });
    this.#views.set(page.id, view);
    this.surface.append(view.element);
    view.overlay.show(this.#store.onPage(page.id));
    this.#handlers.onView(view);
    return view;
  }

  #repaint(pageIds) {
    for (const id of pageIds) this.#views.get(id)?.overlay.show(this.#store.onPage(id));
  }

  /** Draws what is in the window first, then its neighbours. */
  #drawNext() {
    if (this.#drawing >= MOST_DRAWING) return;
    const middle = this.scroller.scrollTop + this.scroller.clientHeight / 2;
    const distance = ({ element }) =>
      Math.abs(element.offsetTop + element.offsetHeight / 2 - middle);
    const next = this.views
      .filter((view) => view.isStale && !view.isDrawing && !view.element.classList.contains("is-broken"))
      .sort((a, b) => distance(a) - distance(b))[0];
    if (!next) return;
    this.#drawing += 1;
    next.isDrawing = true;
    next
      .draw()
      .then(() => this.#handlers.onDrawn(next))
      .catch((error) => {
        next.element.classList.add("is-broken");
        this.#handlers.onProblem(error);
      })
      .finally(() => {
        next.isDrawing = false;
        this.#drawing -= 1;
        this.#drawNext();
      });
    this.#drawNext();
  }

  /** The file changed: everything is drawn anew. */
  reload() {
    for (const view of this.#views.values()) view.remove();
    this.#views.clear();
    this.layOut();
  }

  // --- Zoom ---------------------------------------------------------------------

  /** What is under a point of the window, to keep it there. */
  #anchor(clientX, clientY) {
    const { scroller } = this;
    const rect = scroller.getBoundingClientRect();
    const dx = (clientX ?? rect.left + rect.width / 2) - rect.left;
    const dy = (clientY ?? rect.top + Math.min(rect.height / 3, 200)) - rect.top;
    const x = scroller.scrollLeft + dx;
    const y = scroller.scrollTop + dy;
    const { first } = pagesWithin(this.#boxes, y, y);
    const index = Math.max(0, Math.min(first, this.#boxes.length - 1));
    const box = this.#boxes[index];
    if (!box) return null;
    return { index, dx, dy, u: (x - box.x) / box.width, v: (y - box.y) / box.height };
  }

  #restore(anchor) {
    const box = anchor && this.#boxes[anchor.index];
    if (!box) return;
    this.scroller.scrollLeft = box.x + anchor.u * box.width - anchor.dx;
    this.scroller.scrollTop = box.y + anchor.v * box.height - anchor.dy;
    this.#update();
  }

  /** @param {number} zoom 1 is the size on paper @param {{x: number, y: number}} [at] */
  zoomTo(zoom, at = null) {
    const anchor = this.#anchor(at?.x, at?.y);
    this.#fit = null;
    this.scale = clampZoom(zoom) * PX_PER_POINT;
    this.#zoomed(anchor);
  }

  zoomBy(direction) {
    this.zoomTo(nextZoom(this.zoom, direction));
  }

  setFit(fit) {
    const anchor = this.#anchor();
    this.#fit = fit;
    this.#zoomed(anchor);
  }

  #zoomed(anchor) {
    // Canvases are stretched while the zoom moves and drawn when it rests.
    this.#drawing += MOST_DRAWING;
    this.layOut();
    this.#restore(anchor);
    this.#drawing -= MOST_DRAWING;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#drawNext(), REDRAW_AFTER_MS);
  }

  setMode(mode) {
    const index = this.pageIndex;
    this.mode = mode;
    this.scroller.scrollTop = 0;
    this.layOut();
    this.goTo(index);
  }

  // --- Where to look --------------------------------------------------------------

  goTo(index, { y = null, smooth = false } = {}) {
    const last = this.#store.pages.length - 1;
    const target = Math.max(0, Math.min(index, last));
    if (this.mode === "single") {
      this.#store.state.patch({ pageIndex: target });
      this.layOut();
      this.scroller.scrollTop = 0;
      return;
    }
    const box = this.#boxes[target];
    if (!box) return;
    this.#pinned = target;
    const top = y === null ? box.y - MARGIN_PX : box.y + y - this.scroller.clientHeight / 3;
    this.scroller.scrollTo({ top, behavior: smooth ? "smooth" : "instant" });
    this.#update();
  }

  /** Brings a box of a page (view space) into the window, if it is not there. */
  reveal(pageId, box) {
    const index = this.#store.pages.findIndex(({ id }) => id === pageId);
    if (index < 0) return;
    if (this.mode === "single" && index !== this.pageIndex) this.goTo(index);
    const pageBox = this.#boxes[this.mode === "single" ? 0 : index];
    const { scroller } = this;
    const top = pageBox.y + box.y;
    const isSeen =
      top >= scroller.scrollTop + GAP_PX &&
      top + box.height <= scroller.scrollTop + scroller.clientHeight - BELOW_PX;
    if (!isSeen) {
      scroller.scrollTo({ top: top - scroller.clientHeight / 3, behavior: "instant" });
    }
    const left = pageBox.x + box.x;
    const isBeside =
      left < scroller.scrollLeft || left + box.width > scroller.scrollLeft + scroller.clientWidth;
    if (isBeside) scroller.scrollLeft = left - 40;
    this.#update();
  }

  /**
   * Where a pointer is: the page under it, in view and page space.
   * @returns {{view: PageView, x: number, y: number} | null} x, y in CSS pixels of the page
   */
  locate(event, view = null) {
    const found = view ?? this.views.find(({ element }) => element.contains(event.target));
    if (!found) return null;
    const rect = found.element.getBoundingClientRect();
    return { view: found, x: event.clientX - rect.left, y: event.clientY - rect.top };
  }
}
