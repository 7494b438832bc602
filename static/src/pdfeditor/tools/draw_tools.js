/** Pen and marker, shapes, polygon, eraser. */
import { t } from "../../shared/i18n.js";
import { nextZ } from "../arranging.js";
import { boxBetween, clampToPage, round2, toPage, toPageLength } from "../geometry.js";
import { erasedBy } from "../hit_testing.js";
import { makeDrawing, makeShape } from "../kinds.js";
import { constrainLine, constrainSquare } from "../resizing.js";
import { finishStroke, hasPressure } from "../smoothing.js";
import { newId } from "../../shared/ids.js";

const DRAFT = "draft";
const RUN_MS = 700;
const STILL_PX = 4;
const CLOSE_PX = 12;
const ERASER_PX = 7;
const FIRST_SIZE_PX = 110;


/** Freehand; strokes in quick succession are one drawing. */
export class InkTool {
  #last = null;

  /** @param {object} editor @param {"pen" | "marker"} kind */
  constructor(editor, kind) {
    this.editor = editor;
    this.kind = kind;
  }

  down(start) {
    const style = this.editor.styles.get(this.kind);
    const { overlay } = start.view;
    const fields = {
      id: DRAFT, page: start.page.id, z: Infinity, ...style,
      ...(this.kind === "marker" && { blend: "multiply" }),
    };
    const raw = [pointOf(start)];
    const show = () => overlay.preview([[DRAFT, makeDrawing(fields, [raw.map((point) => point.slice(0, 2))])]]);
    let straight = false;
    return {
      move: (press) => {
        straight = press.event.shiftKey;
        if (straight) {
          const [x, y] = raw[0];
          const end = constrainLine({ x, y }, press.point);
          raw.splice(1, raw.length, [end.x, end.y, 0.5]);
        } else {
          for (const point of pointsOf(press)) raw.push(point);
        }
        show();
      },
      up: () => {
        overlay.preview([]);
        const withPressure = this.kind === "pen" && !straight && hasPressure(raw);
        const tolerance = toPageLength(start.page, start.scale, 0.45);
        this.#keep(start.page.id, style, finishStroke(raw, { tolerance, withPressure }));
      },
      cancel: () => overlay.preview([]),
    };
  }

  #keep(page, style, stroke) {
    const { store } = this.editor;
    const now = performance.now();
    const look = JSON.stringify(style);
    const last = this.#last;
    const current = last && store.get(last.id);
    const goesOn = current && last.look === look && current.page === page && now - last.at < RUN_MS;
    const common = { ...style, page, ...(this.kind === "marker" && { blend: "multiply" }) };
    const id = goesOn ? current.id : newId();
    const strokes = goesOn ? [...current.strokes, stroke] : [stroke];
    const base = goesOn ? current : { id, z: nextZ(store.onPage(page)), ...common };
    const label = this.kind === "marker" ? t("Free highlight") : t("Pen");
    store.edit(label, [makeDrawing(base, strokes)], { key: `ink:${id}` });
    this.#last = { id, look, at: now };
  }
}

function pointOf({ point, page, event }) {
  const { x, y } = clampToPage(page, point);
  return [x, y, event.pointerType === "pen" ? event.pressure : 0.5];
}

/** All that the pointer reported since the last frame. */
function pointsOf({ view, page, scale, event }) {
  const rect = view.element.getBoundingClientRect();
  const events = event.getCoalescedEvents?.() ?? [];
  return (events.length > 0 ? events : [event]).map((each) =>
    pointOf({
      page,
      event: each,
      point: toPage(page, scale, { x: each.clientX - rect.left, y: each.clientY - rect.top }),
    }),
  );
}

const LABELS = { rectangle: "Rectangle", circle: "Circle", line: "Line", arrow: "Arrow", polygon: "Polygon" };

/** Rectangle, circle, line and arrow: from corner to corner. */
export class ShapeTool {
  /** @param {object} editor @param {"rectangle" | "circle" | "line" | "arrow"} shape */
  constructor(editor, shape) {
    this.editor = editor;
    this.shape = shape;
  }

  down(start) {
    const { store, styles } = this.editor;
    const { overlay } = start.view;
    const from = clampToPage(start.page, start.point);
    const fields = { page: start.page.id, shape_type: this.shape, ...styles.get(this.shape) };
    let to = null;
    const make = (more, end) => this.#make({ ...fields, ...more }, from, end);
    return {
      move: (press) => {
        const far = Math.hypot(
          press.viewPoint.x - start.viewPoint.x, press.viewPoint.y - start.viewPoint.y,
        );
        if (!to && far < STILL_PX) return;
        to = this.#end(from, clampToPage(start.page, press.point), press.event.shiftKey);
        overlay.preview([[DRAFT, make({ id: DRAFT, z: Infinity }, to)]]);
      },
      up: () => {
        overlay.preview([]);
        const size = toPageLength(start.page, start.scale, FIRST_SIZE_PX);
        const end = to ?? clampToPage(start.page, { x: from.x + size, y: from.y + size * 0.7 });
        const id = newId();
        const shape = make({ id, z: nextZ(store.onPage(start.page.id)) }, end);
        store.edit(t(LABELS[this.shape]), [shape]);
        store.toolUsed([id]);
      },
      cancel: () => overlay.preview([]),
    };
  }

  #end(from, to, isHeld) {
    if (!isHeld) return to;
    return ["line", "arrow"].includes(this.shape) ? constrainLine(from, to) : constrainSquare(from, to);
  }

  #make(fields, from, to) {
    if (["line", "arrow"].includes(this.shape)) {
      return makeShape(fields, [[round2(from.x), round2(from.y)], [round2(to.x), round2(to.y)]]);
    }
    const { x, y, width, height } = boxBetween(from, to);
    return {
      type: "shape", rotation: 0, ...fields,
      x: round2(x), y: round2(y), width: round2(width), height: round2(height),
    };
  }
}

/** Corner by corner; a press on the first corner, Enter or a double press closes it. */
export class PolygonTool {
  #points = [];
  #view = null;

  constructor(editor) {
    this.editor = editor;
    editor.viewer.scroller.addEventListener("pointermove", (event) => this.#hover(event));
  }

  get isBusy() {
    return this.#points.length > 0;
  }

  down(press) {
    if (this.#view && this.#view !== press.view) this.cancel();
    this.#view = press.view;
    const { x, y } = clampToPage(press.page, press.point);
    const reach = toPageLength(press.page, press.scale, CLOSE_PX);
    const [first] = this.#points;
    if (this.#points.length > 2 && Math.hypot(first[0] - x, first[1] - y) < reach) {
      this.finish();
      return { up() {} };
    }
    this.#points.push([round2(x), round2(y)]);
    this.#show();
    return { up() {} };
  }

  double() {
    this.#points.pop();
    this.finish();
  }

  #hover(event) {
    if (!this.isBusy || !this.#view?.element.isConnected) return;
    const { x, y } = this.editor.viewer.locate(event, this.#view);
    const { page, scale } = this.#view;
    const point = clampToPage(page, toPage(page, scale, { x, y }));
    this.#show([point.x, point.y]);
  }

  #show(next = null) {
    const points = next ? [...this.#points, next] : this.#points;
    const fields = {
      id: DRAFT, page: this.#view.page.id, z: Infinity, ...this.editor.styles.get("polygon"),
      shape_type: points.length > 2 ? "polygon" : "line",
    };
    this.#view.overlay.preview([[DRAFT, makeShape(fields, points)]]);
  }

  back() {
    this.#points.pop();
    if (this.isBusy) this.#show();
    else this.cancel();
  }

  finish() {
    const points = this.#points;
    const view = this.#view;
    this.cancel();
    if (points.length < 3) return;
    const { store, styles } = this.editor;
    const id = newId();
    const page = view.page.id;
    const fields = { id, page, z: nextZ(store.onPage(page)), shape_type: "polygon", ...styles.get("polygon") };
    store.edit(t("Polygon"), [makeShape(fields, points)]);
    store.toolUsed([id]);
  }

  cancel() {
    this.#points = [];
    this.#view?.overlay.preview([]);
    this.#view = null;
  }
}

/** Takes away whole annotations that it touches. */
export class EraserTool {
  constructor(editor) {
    this.editor = editor;
  }

  down(start) {
    const { store } = this.editor;
    const { overlay } = start.view;
    const radius = toPageLength(start.page, start.scale, ERASER_PX);
    const gone = new Map();
    let last = start.point;
    const wipe = ({ point }) => {
      const left = store.onPage(start.page.id).filter(({ id }) => !gone.has(id));
      for (const annotation of erasedBy(left, last, point, radius)) gone.set(annotation.id, annotation);
      last = point;
      overlay.preview([...gone.keys()].map((id) => [id, null]));
    };
    wipe(start);
    return {
      move: wipe,
      up: () => {
        overlay.preview([]);
        store.remove(t("Erase"), [...gone.values()]);
      },
      cancel: () => overlay.preview([]),
    };
  }
}
