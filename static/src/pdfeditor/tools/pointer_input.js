/**
 * Pointers on the pages: hands a press to the tool in use and follows it until
 * it ends. Two fingers zoom, the wheel with Ctrl zooms; a pen rejects the palm.
 *
 * A tool has `down(press)`, which returns a gesture {move, up, cancel} or null to
 * leave the press to the browser.
 *
 * @typedef {{view: object, page: object, scale: number, event: PointerEvent,
 *   viewPoint: {x: number, y: number}, point: {x: number, y: number}}} Press
 */
import { toPage } from "../geometry.js";

// After a pen was near, touches are the palm's for as long.
const PALM_MS = 2_000;
const PALM_PINCH_MS = 600;

export class PointerInput {
  #viewer;
  #toolOf;
  #active = null;
  #penAt = -Infinity;
  #pinch = null;

  /** @param {{viewer: object, toolOf: () => object | undefined}} options */
  constructor({ viewer, toolOf }) {
    this.#viewer = viewer;
    this.#toolOf = toolOf;
    const { scroller } = viewer;
    scroller.addEventListener("pointerdown", (event) => this.#down(event));
    scroller.addEventListener("dblclick", (event) => this.#double(event));
    scroller.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    scroller.addEventListener("touchstart", (event) => this.#touch(event), { passive: false });
    scroller.addEventListener("touchmove", (event) => this.#touch(event), { passive: false });
    for (const type of ["touchend", "touchcancel"]) {
      scroller.addEventListener(type, () => (this.#pinch = null));
    }
    for (const type of ["pointermove", "pointerup"]) {
      scroller.addEventListener(type, (event) => this.#notePen(event), { passive: true });
    }
  }

  get isBusy() {
    return this.#active !== null;
  }

  #notePen(event) {
    if (event.pointerType === "pen") this.#penAt = event.timeStamp;
  }

  /** @returns {Press | null} */
  #press(event, view = null) {
    const found = this.#viewer.locate(event, view);
    if (!found) return null;
    const { page, scale } = found.view;
    const viewPoint = { x: found.x, y: found.y };
    return { view: found.view, page, scale, event, viewPoint, point: toPage(page, scale, viewPoint) };
  }

  /** The page under a pointer that was pressed on another. */
  pressUnder(event) {
    const element = document.elementFromPoint(event.clientX, event.clientY);
    const view = this.#viewer.views.find((candidate) => candidate.element.contains(element));
    return view ? this.#press(event, view) : null;
  }

  #down(event) {
    this.#notePen(event);
    // The end of a pinch is never heard when the canvas it began on was drawn anew.
    if (event.isPrimary) this.#pinch = null;
    if (event.button !== 0 || this.#pinch) return;
    // The hand often lies down before the pen does.
    if (event.pointerType === "pen" && this.#active?.by === "touch") this.cancel();
    if (this.#active) return;
    if (event.target.closest?.("input, textarea, select, button, a, [data-own-pointer]")) return;
    if (event.pointerType === "touch" && event.timeStamp - this.#penAt < PALM_MS) return;
    const press = this.#press(event);
    const gesture = press && this.#toolOf()?.down(press);
    if (!gesture) return;
    event.preventDefault();
    document.activeElement?.blur?.();
    this.#follow(event, press.view, gesture);
  }

  #follow(event, view, gesture) {
    const over = new AbortController();
    const { signal } = over;
    const mine = (now) => now.pointerId === event.pointerId;
    const end = (action) => {
      over.abort();
      this.#active = null;
      action();
    };
    this.#active = { by: event.pointerType, cancel: () => end(() => gesture.cancel?.()) };
    try {
      this.#viewer.scroller.setPointerCapture(event.pointerId);
    } catch {
      // The pointer may be gone already; its end is heard all the same.
    }
    const on = (type, handler) => addEventListener(type, handler, { signal });
    on("pointermove", (now) => mine(now) && gesture.move?.(this.#press(now, view)));
    on("pointerup", (now) => mine(now) && end(() => gesture.up?.(this.#press(now, view))));
    on("pointercancel", (now) => mine(now) && end(() => gesture.cancel?.()));
  }

  /** Takes back what is going on. @returns {boolean} whether there was something */
  cancel() {
    if (!this.#active) return false;
    this.#active.cancel();
    return true;
  }

  #double(event) {
    const press = this.#press(event);
    if (press) this.#toolOf()?.double?.(press);
  }

  #wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const factor = Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) / 120);
    this.#viewer.zoomTo(this.#viewer.zoom * factor, { x: event.clientX, y: event.clientY });
  }

  #touch(event) {
    // What a tool follows must not scroll as well, whatever it began on.
    if (this.#active && event.type === "touchmove" && event.cancelable) event.preventDefault();
    if (event.touches.length !== 2) return;
    if (event.cancelable) event.preventDefault();
    if (this.#active?.by === "pen" || event.timeStamp - this.#penAt < PALM_PINCH_MS) return;
    this.cancel();
    const [a, b] = event.touches;
    const distance = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    const middle = { x: (a.clientX + b.clientX) / 2, y: (a.clientY + b.clientY) / 2 };
    if (!this.#pinch || event.type === "touchstart") {
      this.#pinch = { distance, zoom: this.#viewer.zoom, middle };
      return;
    }
    const { scroller } = this.#viewer;
    scroller.scrollBy(this.#pinch.middle.x - middle.x, this.#pinch.middle.y - middle.y);
    this.#pinch.middle = middle;
    this.#viewer.zoomTo((this.#pinch.zoom * distance) / this.#pinch.distance, middle);
  }
}
