/** Selecting, moving, resizing and turning what is on the pages. */
import { t } from "../../shared/i18n.js";
import { copiesOf, nextZ } from "../arranging.js";
import { boxBetween, centreOf, toPage, toPageLength, unionOf } from "../geometry.js";
import { topmostAt, touchedBy } from "../hit_testing.js";
import {
  annotationBounds, canMove, fitInto, keepsRatio, moveBy, movePoint, turnBy, turnsItself,
} from "../kinds.js";
import { angleTo, constrainLine, resizeBox, snapAngle } from "../resizing.js";
import { snap } from "../snapping.js";
import { fitText } from "../text_box.js";
import { newId } from "../../shared/ids.js";

const SNAP_PX = 6;
const FINGER_PX = 10;
const STILL_PX = 3;
const MOST_NEIGHBOURS = 300;

export class SelectTool {
  /** @param {object} editor the parts of the editor */
  constructor(editor) {
    this.editor = editor;
  }

  get #store() {
    return this.editor.store;
  }

  down(press) {
    const { event } = press;
    const { dataset = {} } = event.target;
    if (dataset.handle === "turn") return this.#turn(press);
    if (dataset.handle) return this.#resize(press, dataset.handle);
    if (dataset.point !== undefined) return this.#movePoint(press, Number(dataset.point));
    const hit = this.#hit(press);
    // A finger that moves on scrolls, unless what it is on was chosen before.
    const scrolls = event.pointerType === "touch" && !this.#store.selection.has(hit?.id);
    if (hit && !scrolls) return this.#pressOn(hit, press);
    const marked = hit ?? this.#markedAt(press);
    if (marked) {
      this.#selectOnClick(marked, press);
      return null;
    }
    if (!event.shiftKey) this.#store.select([]);
    if (event.target.closest?.(".textLayer span")) return null;
    getSelection()?.removeAllRanges();
    return event.pointerType === "touch" ? null : this.#marquee(press);
  }

  #hit({ event, page, point, scale }) {
    const id = event.target.closest?.("[data-annotation]")?.dataset.annotation;
    if (id) return this.#store.get(id);
    if (event.pointerType !== "touch") return null;
    const found = topmostAt(this.#store.onPage(page.id), point, toPageLength(page, scale, FINGER_PX));
    return found && canMove(found) ? found : null;
  }

  /** Marked words can still be selected: the mark takes only presses that stay. */
  #markedAt({ page, point }) {
    const marks = this.#store.onPage(page.id).filter((annotation) => !canMove(annotation));
    return topmostAt(marks, point, 0);
  }

  #selectOnClick(marked, { event: down }) {
    const isMore = down.shiftKey;
    const over = new AbortController();
    const still = down.pointerType === "touch" ? FINGER_PX : STILL_PX;
    const decide = (up) => {
      if (up.pointerId !== down.pointerId) return;
      over.abort();
      const far = Math.hypot(up.clientX - down.clientX, up.clientY - down.clientY);
      if (up.type === "pointercancel" || far > still) return;
      if (isMore) this.#store.toggle(marked.id);
      else this.#store.select([marked.id]);
      if (marked.type === "note") this.editor.open(marked);
    };
    if (!isMore) this.#store.select([]);
    for (const type of ["pointerup", "pointercancel"]) {
      addEventListener(type, decide, { signal: over.signal });
    }
  }

  double(press) {
    const hit = this.#hit(press);
    if (hit) this.editor.open(hit);
  }

  #pressOn(hit, press) {
    const { selection } = this.#store;
    if (press.event.shiftKey) {
      const others = this.#store.selected.filter(({ page }) => page !== hit.page);
      if (others.length > 0) this.#store.select([hit.id]);
      else this.#store.toggle(hit.id);
      return { up() {} };
    }
    if (!selection.has(hit.id)) this.#store.select([hit.id]);
    return this.#move(press, hit);
  }

  // --- Moving -------------------------------------------------------------------

  #move(start, hit) {
    const { viewer, chrome, input } = this.editor;
    const { overlay } = start.view;
    const items = this.#store.selected.filter(canMove);
    const ids = items.map(({ id }) => id);
    const bounds = unionOf(items.map(annotationBounds));
    const neighbours = this.#neighbours(start.page);
    let shift = { x: 0, y: 0 };
    let moved = false;
    const settle = () => {
      overlay.shift(ids, 0, 0);
      chrome.showGuides(start.view, []);
      chrome.preview([]);
      viewer.surface.classList.remove("is-moving");
    };
    return {
      move: ({ point, viewPoint, event }) => {
        const far = Math.hypot(viewPoint.x - start.viewPoint.x, viewPoint.y - start.viewPoint.y);
        if (!moved && far < STILL_PX) return;
        if (!moved) viewer.surface.classList.add("is-moving");
        moved = true;
        shift = this.#snapped(start, point, { bounds, neighbours, event });
        overlay.shift(ids, shift.x, shift.y);
        chrome.showGuides(start.view, shift.guides);
        chrome.shift(start.view, shift.x, shift.y);
      },
      up: (press) => {
        settle();
        if (!moved) {
          if (hit.type === "note") this.editor.open(hit);
          return;
        }
        const other = input.pressUnder(press.event);
        if (other && other.page.id !== start.page.id) {
          this.#toPage(items, start, other);
        } else if (press.event.altKey) {
          this.#leaveCopies(items, start.page.id, shift);
        } else {
          this.#store.edit(t("Move"), items.map((item) => moveBy(item, shift.x, shift.y)));
        }
      },
      cancel: settle,
    };
  }

  #neighbours(page) {
    const { selection } = this.#store;
    const others = this.#store
      .onPage(page.id)
      .filter(({ id }) => !selection.has(id))
      .slice(-MOST_NEIGHBOURS)
      .map(annotationBounds);
    return [{ x: 0, y: 0, width: page.width, height: page.height }, ...others];
  }

  #snapped(start, point, { bounds, neighbours, event }) {
    let x = point.x - start.point.x;
    let y = point.y - start.point.y;
    if (event.shiftKey) {
      if (Math.abs(x) > Math.abs(y)) y = 0;
      else x = 0;
    }
    if (event.ctrlKey || event.metaKey) return { x, y, guides: [] };
    const reach = toPageLength(start.page, start.scale, SNAP_PX);
    const caught = snap({ ...bounds, x: bounds.x + x, y: bounds.y + y }, neighbours, reach);
    return { x: x + caught.dx, y: y + caught.dy, guides: caught.guides };
  }

  #toPage(items, start, other) {
    const dx = other.point.x - start.point.x;
    const dy = other.point.y - start.point.y;
    const z = nextZ(this.#store.onPage(other.page.id));
    const moved = items.map((item, i) => ({ ...moveBy(item, dx, dy), page: other.page.id, z: z + i }));
    this.#store.edit(t("Move to another page"), moved);
    this.#store.select(items.map(({ id }) => id));
  }

  #leaveCopies(items, page, { x, y }) {
    const z = nextZ(this.#store.onPage(page));
    const copies = copiesOf(items, { page, dx: x, dy: y, z, makeId: newId });
    this.#store.edit(t("Duplicate"), copies);
    this.#store.select(copies.map(({ id }) => id));
  }

  // --- Resizing and turning --------------------------------------------------------

  #resize(start, handle) {
    const items = this.#store.selected;
    const single = items.length === 1 ? items[0] : null;
    const box = single && turnsItself(single) ? single : unionOf(items.map(annotationBounds));
    const ratio = single ? keepsRatio(single) : true;
    return this.#reshape(start, t("Resize"), ({ point, event }) => {
      const delta = { x: point.x - start.point.x, y: point.y - start.point.y };
      const options = { ratio: ratio !== event.shiftKey, centred: event.altKey };
      if (single?.type === "text") return [resizeText(single, handle, delta)];
      const to = resizeBox(box, handle, delta, options);
      if (single && turnsItself(single)) return [{ ...single, ...rounded(to) }];
      return items.map((item) => fitInto(item, box, to));
    });
  }

  #turn(start) {
    const items = this.#store.selected;
    const single = items.length === 1 ? items[0] : null;
    const box = single && turnsItself(single) ? single : unionOf(items.map(annotationBounds));
    const centre = centreOf(box);
    const from = angleTo(centre, start.point);
    const own = single && turnsItself(single) ? (single.rotation ?? 0) : 0;
    return this.#reshape(start, t("Turn"), ({ point, event }) => {
      const wanted = own + angleTo(centre, point) - from;
      const degrees = event.shiftKey ? snapAngle(wanted, 15) : snapAngle(wanted, 90, 3);
      return items.map((item) => turnBy(item, centre, degrees - own));
    });
  }

  #movePoint(start, index) {
    const [item] = this.#store.selected;
    const isLine = item.points.length === 2;
    return this.#reshape(start, t("Move point"), ({ point, event }) => {
      const [x, y] = item.points[isLine ? 1 - index : index];
      const to = event.shiftKey && isLine ? constrainLine({ x, y }, point) : point;
      return [movePoint(item, index, to)];
    });
  }

  /** A gesture that shows new versions of the selection and keeps the last. */
  #reshape(start, label, change) {
    const { chrome } = this.editor;
    const { overlay } = start.view;
    let wanted = null;
    const settle = () => {
      overlay.preview([]);
      chrome.preview([]);
    };
    return {
      move: (press) => {
        wanted = change(press);
        overlay.preview(wanted.map((item) => [item.id, item]));
        chrome.preview(wanted);
      },
      up: () => {
        settle();
        if (wanted) this.#store.edit(label, wanted);
      },
      cancel: settle,
    };
  }

  #marquee(start) {
    const { chrome } = this.editor;
    const before = start.event.shiftKey ? [...this.#store.selection] : [];
    return {
      move: ({ viewPoint, page, scale }) => {
        const box = boxBetween(start.viewPoint, viewPoint);
        chrome.showMarquee(start.view, box);
        const corner = (x, y) => toPage(page, scale, { x, y });
        const area = boxBetween(corner(box.x, box.y), corner(box.x + box.width, box.y + box.height));
        const found = touchedBy(this.#store.onPage(page.id), area).map(({ id }) => id);
        this.#store.select([...before, ...found]);
      },
      up: () => chrome.showMarquee(start.view, null),
      cancel: () => chrome.showMarquee(start.view, null),
    };
  }
}

const rounded = ({ x, y, width, height }) => {
  const round = (value) => Math.round(value * 100) / 100;
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
};

/** Sides set the width, corners the size of the letters. */
function resizeText(annotation, handle, delta) {
  if (handle.length === 1) {
    const { x, y, width } = resizeBox(annotation, handle, delta);
    return fitText({ ...annotation, x, y, width });
  }
  const box = resizeBox(annotation, handle, delta, { ratio: true });
  const size = Math.max(4, Math.min(400, (annotation.font_size * box.width) / annotation.width));
  const fitted = { ...annotation, ...rounded(box), font_size: Math.round(size * 10) / 10 };
  return fitText(fitted);
}

