/** What keys, buttons and menus do with annotations. */
import { t } from "../shared/i18n.js";
import { toast } from "../shared/toasts.js";
import { align, copiesOf, distribute, nextZ, reorder } from "./arranging.js";
import { toPage } from "./geometry.js";
import { canMove, moveBy } from "./kinds.js";
import { newId } from "../shared/ids.js";

const CLIPBOARD = "streamfetch.pdf.clipboard";
const STEP_PT = 1;
const BIG_STEP_PT = 10;
const BESIDE_PT = 12;

/** @param {object} editor the parts of the editor */
export function annotationActions(editor) {
  const { store, viewer } = editor;
  const onTheirPage = (annotations) => store.onPage(annotations[0].page);
  const currentView = () => viewer.view(store.pages[store.state.get().pageIndex]?.id);

  function order(where) {
    const { selected } = store;
    if (selected.length === 0) return;
    store.edit(t("Change order"), reorder(onTheirPage(selected), store.selection, where));
  }

  /** The middle of what is seen of a page. */
  function middleOf(view) {
    const page = view.element.getBoundingClientRect();
    const room = viewer.scroller.getBoundingClientRect();
    const x = (Math.max(page.left, room.left) + Math.min(page.right, room.right)) / 2 - page.left;
    const y = (Math.max(page.top, room.top) + Math.min(page.bottom, room.bottom)) / 2 - page.top;
    return toPage(view.page, view.scale, { x, y });
  }

  const actions = {
    undo() {
      const page = store.undo();
      if (page) editor.showPage(page);
    },
    redo() {
      const page = store.redo();
      if (page) editor.showPage(page);
    },
    remove() {
      const { selected } = store;
      if (selected.length === 0) return;
      store.remove(t("Delete"), selected);
      editor.announce(t("{count} deleted", { count: selected.length }));
    },
    duplicate() {
      const { selected } = store;
      if (selected.length === 0) return;
      const { page } = selected[0];
      const copies = copiesOf(selected, {
        page, dx: BESIDE_PT, dy: BESIDE_PT, z: nextZ(store.onPage(page)), makeId: newId,
      });
      store.edit(t("Duplicate"), copies);
      store.select(copies.map(({ id }) => id));
    },
    copy() {
      const { selected } = store;
      if (selected.length === 0) return false;
      try {
        localStorage.setItem(CLIPBOARD, JSON.stringify({ project: store.project.id, items: selected }));
      } catch {
        toast(t("This is too much to copy at once."), { tone: "error" });
      }
      return true;
    },
    cut() {
      if (actions.copy()) actions.remove();
    },
    /** Pastes beside the original, or into the middle of another page. */
    paste() {
      let clip = null;
      try {
        clip = JSON.parse(localStorage.getItem(CLIPBOARD));
      } catch {
        clip = null;
      }
      const view = currentView();
      if (!clip?.items?.length || !view) return;
      // A picture is stored with its project.
      const items = clip.items.filter(({ type }) => clip.project === store.project.id || type !== "image");
      if (items.length === 0) return;
      const { page } = view;
      const isSame = items[0].page === page.id;
      let shift = { dx: BESIDE_PT, dy: BESIDE_PT };
      if (!isSame) {
        const middle = middleOf(view);
        const left = Math.min(...items.map(({ x }) => x));
        const right = Math.max(...items.map(({ x, width }) => x + width));
        const top = Math.min(...items.map(({ y }) => y));
        const bottom = Math.max(...items.map(({ y, height }) => y + height));
        shift = { dx: middle.x - (left + right) / 2, dy: middle.y - (top + bottom) / 2 };
      }
      const copies = copiesOf(items, { page: page.id, ...shift, z: nextZ(store.onPage(page.id)), makeId: newId });
      store.setTool("select");
      store.edit(t("Paste"), copies);
      store.select(copies.map(({ id }) => id));
      if (isSame) localStorage.setItem(CLIPBOARD, JSON.stringify({ project: store.project.id, items: copies }));
    },
    selectAll() {
      const view = currentView();
      if (view) store.select(store.onPage(view.page.id).map(({ id }) => id));
    },
    /** Goes from one to the next with the keyboard. */
    selectNext(by) {
      const view = currentView();
      if (!view) return;
      const sorted = [...store.onPage(view.page.id)].sort((a, b) => a.y - b.y || a.x - b.x);
      if (sorted.length === 0) return;
      const at = sorted.findIndex(({ id }) => store.selection.has(id));
      const next = sorted[(at + by + sorted.length) % sorted.length] ?? sorted[0];
      store.select([next.id]);
      editor.reveal(next);
    },
    nudge(dx, dy, isBig) {
      const selected = store.selected.filter(canMove);
      const step = isBig ? BIG_STEP_PT : STEP_PT;
      // Arrows follow the screen, also on a page that lies on its side.
      const turn = { 90: [dy, -dx], 180: [-dx, -dy], 270: [-dy, dx] };
      const page = selected[0] && store.page(selected[0].page);
      const [x, y] = turn[page?.rotation] ?? [dx, dy];
      const ids = selected.map(({ id }) => id).join();
      store.edit(t("Move"), selected.map((item) => moveBy(item, x * step, y * step)), { key: `nudge:${ids}` });
    },
    align(edge) {
      const selected = store.selected.filter(canMove);
      if (selected.length === 0) return;
      const { width, height } = store.page(selected[0].page);
      const frame = selected.length === 1 ? { x: 0, y: 0, width, height } : null;
      store.edit(t("Align"), align(selected, edge, frame));
    },
    distribute(axis) {
      store.edit(t("Distribute"), distribute(store.selected.filter(canMove), axis));
    },
    "bring-front": () => order("front"),
    "send-back": () => order("back"),
    forward: () => order("forward"),
    backward: () => order("backward"),
  };
  return actions;
}
