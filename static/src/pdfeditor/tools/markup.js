/** Marking the text of the document: from what is selected to quads on the page. */
import { t } from "../../shared/i18n.js";
import { nextZ } from "../arranging.js";
import { makeHighlight } from "../kinds.js";
import { quadsOf } from "../quads.js";
import { newId } from "../../shared/ids.js";

const LABELS = {
  highlight: "Highlight", underline: "Underline", strikeout: "Strike out", squiggly: "Squiggly",
};

/** The part of a range that lies in an element. */
function within(range, element) {
  if (!range.intersectsNode(element)) return null;
  const part = range.cloneRange();
  const all = document.createRange();
  all.selectNodeContents(element);
  if (part.compareBoundaryPoints(Range.START_TO_START, all) < 0) part.setStart(all.startContainer, all.startOffset);
  if (part.compareBoundaryPoints(Range.END_TO_END, all) > 0) part.setEnd(all.endContainer, all.endOffset);
  return part;
}

/** Rectangles of the letters only: an element that is selected whole has a box too. */
function textRects(range) {
  const root = range.commonAncestorContainer;
  if (root.nodeType === Node.TEXT_NODE) return [...range.getClientRects()];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (node) =>
    range.intersectsNode(node) ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT,
  );
  const rects = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const piece = document.createRange();
    piece.selectNodeContents(node);
    if (node === range.startContainer) piece.setStart(node, range.startOffset);
    if (node === range.endContainer) piece.setEnd(node, range.endOffset);
    if (piece.toString().trim() !== "") rects.push(...piece.getClientRects());
  }
  return rects;
}

/**
 * @param {object} viewer
 * @returns {{view: object, quads: number[][], text: string}[]} one for each page
 */
export function selectedQuads(viewer) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return [];
  const range = selection.getRangeAt(0);
  const found = [];
  for (const view of viewer.views) {
    const part = within(range, view.textLayer);
    if (!part) continue;
    const { left, top } = view.element.getBoundingClientRect();
    const rects = textRects(part).map((rect) => ({
      left: rect.left - left, top: rect.top - top, right: rect.right - left, bottom: rect.bottom - top,
    }));
    const quads = quadsOf(rects, view.page, view.scale);
    if (quads.length > 0) found.push({ view, quads, text: part.toString() });
  }
  return found;
}

/** Marks what is selected. @returns {boolean} whether there was something */
export function markSelection(editor, style) {
  const { viewer, store, styles } = editor;
  const found = selectedQuads(viewer);
  if (found.length === 0) return false;
  const look = styles.get(style);
  const made = found.map(({ view, quads }) =>
    makeHighlight(
      {
        id: newId(), page: view.page.id, style,
        z: nextZ(store.onPage(view.page.id)), ...look,
      },
      quads,
    ),
  );
  store.edit(t(LABELS[style]), made);
  getSelection().removeAllRanges();
  return true;
}

/** Selecting with one of these tools marks at once; the tool stays. */
export class MarkupTool {
  constructor(editor, style) {
    this.editor = editor;
    this.style = style;
  }

  down(press) {
    const mark = () => markSelection(this.editor, this.style);
    // A finger or a pen does not select by itself.
    if (press.event.pointerType !== "mouse") return selecting(press, mark);
    // At once: a busy browser hears the next press before a timer, and that press
    // takes the selection away.
    addEventListener("pointerup", mark, { once: true });
    return null;
  }
}

/** A gesture that selects the words it goes over. */
function selecting({ event: start }, mark) {
  const from = caretAt(start);
  if (!from) return { up() {} };
  getSelection().removeAllRanges();
  return {
    move({ event }) {
      const to = caretAt(event);
      if (to) getSelection().setBaseAndExtent(from.node, from.offset, to.node, to.offset);
    },
    up: mark,
    cancel: () => getSelection().removeAllRanges(),
  };
}

/** @returns {{node: Node, offset: number} | null} the place between letters under a pointer */
function caretAt({ clientX, clientY }) {
  const place = document.caretPositionFromPoint?.(clientX, clientY);
  const range = place ? null : document.caretRangeFromPoint?.(clientX, clientY);
  const node = place?.offsetNode ?? range?.startContainer;
  if (node?.nodeType !== Node.TEXT_NODE || !node.parentElement.closest(".textLayer")) return null;
  return { node, offset: place?.offset ?? range.startOffset };
}
