/** Tools that put something down with a press: text, note, picture, signature. */
import { t } from "../../shared/i18n.js";
import { nextZ } from "../arranging.js";
import { boundsOfPoints, boxBetween, round2, uprightBox, viewSize } from "../geometry.js";
import { makeDrawing, NOTE_SIZE } from "../kinds.js";
import { fitText } from "../text_box.js";
import { LINE_HEIGHT } from "../text_layout.js";
import { newId } from "../../shared/ids.js";

const STILL_PX = 6;
const TEXT_WIDTH = 190;

const rounded = (box) => ({
  ...box, x: round2(box.x), y: round2(box.y), width: round2(box.width), height: round2(box.height),
});

/** Press to write, or draw the width first. */
export class TextTool {
  constructor(editor) {
    this.editor = editor;
  }

  down(start) {
    const { chrome, textEditing } = this.editor;
    if (textEditing.isOpen) {
      textEditing.close();
      return { up() {} };
    }
    let width = null;
    return {
      move: ({ viewPoint }) => {
        const far = Math.abs(viewPoint.x - start.viewPoint.x);
        if (far < STILL_PX) return;
        width = far;
        chrome.showMarquee(start.view, boxBetween(start.viewPoint, viewPoint));
      },
      up: (press) => {
        chrome.showMarquee(start.view, null);
        this.#write(start, width, Math.min(start.viewPoint.x, press.viewPoint.x));
      },
      cancel: () => chrome.showMarquee(start.view, null),
    };
  }

  #write({ page, scale, viewPoint }, drawnWidth, drawnX) {
    const { store, styles, textEditing } = this.editor;
    const style = styles.get("text");
    const k = scale * (page.user_unit || 1);
    const height = style.font_size * LINE_HEIGHT * k;
    const x = drawnWidth ? drawnX : viewPoint.x;
    const room = viewSize(page, scale).width - x - 4;
    const width = drawnWidth ?? Math.max(60, Math.min(TEXT_WIDTH * k, room));
    const box = uprightBox(page, scale, { x, y: viewPoint.y - height / 2, width, height });
    const annotation = fitText({
      id: newId(), page: page.id, type: "text", z: nextZ(store.onPage(page.id)),
      ...style, content: "", ...rounded(box),
    });
    store.toolUsed();
    textEditing.open(annotation, { isNew: true });
  }
}

/** A sticky note, and its words at once. */
export class NoteTool {
  constructor(editor) {
    this.editor = editor;
  }

  down({ page, point }) {
    return {
      up: () => {
        const { store, styles } = this.editor;
        const half = NOTE_SIZE / 2;
        const note = {
          id: newId(), page: page.id, type: "note", z: nextZ(store.onPage(page.id)),
          x: round2(Math.max(0, Math.min(page.width - NOTE_SIZE, point.x - half))),
          y: round2(Math.max(0, Math.min(page.height - NOTE_SIZE, point.y - half))),
          width: NOTE_SIZE, height: NOTE_SIZE, rotation: 0,
          content: "", replies: [], resolved: false, ...styles.get("note"),
        };
        store.edit(t("Note"), [note]);
        store.toolUsed([note.id]);
        this.editor.open(note);
      },
    };
  }
}

/**
 * Holds a picture, a stamp or a signature until a press says where it goes. A
 * drag says how large it gets.
 */
export class PlaceTool {
  #held = null;

  constructor(editor) {
    this.editor = editor;
  }

  /** @param {{label: string, width: number, height: number, make: (box: object) => object}} held
   *   size in points; `make` gets the box with page, id and z */
  hold(held) {
    this.#held = held;
  }

  down(start) {
    if (!this.#held) return null;
    const { chrome } = this.editor;
    const { width, height } = this.#held;
    let drawn = null;
    return {
      move: ({ viewPoint }) => {
        const far = Math.hypot(viewPoint.x - start.viewPoint.x, viewPoint.y - start.viewPoint.y);
        if (far < STILL_PX) return;
        const wide = Math.max(12, Math.abs(viewPoint.x - start.viewPoint.x));
        const high = (wide * height) / width;
        const left = viewPoint.x < start.viewPoint.x ? start.viewPoint.x - wide : start.viewPoint.x;
        const top = viewPoint.y < start.viewPoint.y ? start.viewPoint.y - high : start.viewPoint.y;
        drawn = { x: left, y: top, width: wide, height: high };
        chrome.showMarquee(start.view, drawn);
      },
      up: () => {
        chrome.showMarquee(start.view, null);
        this.#put(start, drawn);
      },
      cancel: () => chrome.showMarquee(start.view, null),
    };
  }

  #put({ view, page, scale, viewPoint }, drawn) {
    const k = scale * (page.user_unit || 1);
    const room = viewSize(page, scale);
    const fit = Math.min(1, (room.width * 0.8) / (this.#held.width * k), (room.height * 0.8) / (this.#held.height * k));
    const width = this.#held.width * k * fit;
    const height = this.#held.height * k * fit;
    const box = drawn ?? { x: viewPoint.x - width / 2, y: viewPoint.y - height / 2, width, height };
    this.put(view, box);
  }

  /** @param {object} view @param {import("../geometry.js").Box} box in view space */
  put({ page, scale }, box) {
    const { store } = this.editor;
    const held = this.#held;
    this.#held = null;
    const id = newId();
    const place = rounded(uprightBox(page, scale, box));
    const common = { id, page: page.id, z: nextZ(store.onPage(page.id)) };
    store.edit(held.label, [held.make(place, common)]);
    store.setTool("select");
    store.select([id]);
  }
}

/** @returns {(box: object, common: object) => object} for PlaceTool.hold */
export const imageMaker = (image, style = {}) => (box, common) => ({
  type: "image", image: image.image, image_type: image.image_type, image_url: image.image_url,
  opacity: 1, ...style, ...common, ...box,
});

/**
 * @param {number[][][]} strokes of the signature pad, any size
 * @returns {(box: object, common: object) => object}
 */
export function signatureMaker(strokes, style) {
  const from = boundsOfPoints(strokes.flat().map(([x, y]) => ({ x, y })));
  return (box, common) => {
    const angle = ((box.rotation ?? 0) * Math.PI) / 180;
    const centre = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const scale = box.width / (from.width || 1);
    const placed = strokes.map((stroke) =>
      stroke.map(([x, y, ...rest]) => {
        const dx = (x - from.x - from.width / 2) * scale;
        const dy = (y - from.y - from.height / 2) * scale;
        return [
          round2(centre.x + dx * Math.cos(angle) - dy * Math.sin(angle)),
          round2(centre.y + dx * Math.sin(angle) + dy * Math.cos(angle)),
          ...rest,
        ];
      }),
    );
    return makeDrawing({ ...common, ...style, signature: true }, placed);
  };
}

