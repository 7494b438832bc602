/** A small bar at text that was selected: mark it or copy it. */
import { show } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { toast } from "../shared/toasts.js";
import { MARKUP_TOOLS } from "./styles.js";
import { markSelection } from "./tools/markup.js";

const QUIET_MS = 200;

/** @param {{bar: HTMLElement, editor: object}} options */
export function selectionBar({ bar, editor }) {
  const { viewer, store } = editor;
  let timer = null;
  let isDown = false;

  function place() {
    const selection = getSelection();
    const isText =
      selection && !selection.isCollapsed && String(selection).trim() !== "" &&
      selection.anchorNode?.parentElement?.closest(".textLayer");
    if (!isText || isDown || MARKUP_TOOLS.includes(store.tool)) {
      show(bar, false);
      return;
    }
    show(bar, true);
    const rects = selection.getRangeAt(0).getClientRects();
    const first = rects[0] ?? selection.getRangeAt(0).getBoundingClientRect();
    const last = rects[rects.length - 1] ?? first;
    const room = bar.offsetParent.getBoundingClientRect();
    const above = first.top - room.top - bar.offsetHeight - 8;
    const top = above > 4 ? above : last.bottom - room.top + 10;
    const middle = (first.left + first.right) / 2 - room.left - bar.offsetWidth / 2;
    bar.style.top = `${Math.max(4, Math.min(top, room.height - bar.offsetHeight - 60))}px`;
    bar.style.left = `${Math.max(4, Math.min(middle, room.width - bar.offsetWidth - 4))}px`;
  }

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(place, QUIET_MS);
  };
  document.addEventListener("selectionchange", soon);
  viewer.scroller.addEventListener("scroll", soon, { passive: true });
  viewer.scroller.addEventListener("pointerdown", () => {
    isDown = true;
    show(bar, false);
  });
  addEventListener("pointerup", () => {
    isDown = false;
    soon();
  });
  // The selection must outlive the press.
  bar.addEventListener("pointerdown", (event) => event.preventDefault());
  bar.addEventListener("click", async (event) => {
    const { mark } = event.target.closest("[data-mark]")?.dataset ?? {};
    if (!mark) return;
    if (mark === "copy") {
      await navigator.clipboard?.writeText(String(getSelection()));
      toast(t("Copied."));
    } else markSelection(editor, mark);
    show(bar, false);
  });
}
