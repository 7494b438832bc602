/** Writing in a text box: a field that lies exactly over what it becomes. */
import { t } from "../shared/i18n.js";
import { cssFont, fontReady } from "./fonts.js";
import { apply, centreOf, viewMatrix } from "./geometry.js";
import { fitText } from "./text_box.js";
import { BASELINE, LINE_HEIGHT } from "./text_layout.js";

export class TextEditing {
  #editor;
  #open = null;

  #onState;

  /** @param {object} editor
   *  @param {{onState: (state: "waiting" | "saved") => void}} options what is being
   *   written is not saved before it is closed */
  constructor(editor, { onState }) {
    this.#editor = editor;
    this.#onState = onState;
  }

  get isOpen() {
    return this.#open !== null;
  }

  /** The annotation as it is being written, so that its look can be changed meanwhile. */
  get annotation() {
    return this.#open?.annotation ?? null;
  }

  /** @param {object} annotation @param {{isNew?: boolean}} [options] */
  open(annotation, { isNew = false } = {}) {
    this.close();
    const view = this.#editor.viewer.view(annotation.page);
    if (!view) return;
    const area = document.createElement("textarea");
    area.className = "pdf-text-edit";
    area.spellcheck = true;
    area.value = annotation.content ?? "";
    area.maxLength = 20_000;
    area.setAttribute("aria-label", t("Text"));
    area.dataset.ownPointer = "";
    view.extras.append(area);
    view.overlay.preview([[annotation.id, null]]);
    this.#open = { annotation, area, view, isNew };
    this.#place();
    void fontReady(annotation).then(() => this.#open?.area === area && this.#place());
    area.addEventListener("input", () => this.restyle({ content: area.value }));
    area.addEventListener("keydown", (event) => this.#key(event));
    // Pressing the properties takes the focus and is no end of writing.
    area.addEventListener("blur", () => {
      setTimeout(() => {
        const into = document.activeElement?.closest?.("[data-properties]");
        if (this.#open?.area === area && !into && document.activeElement !== area) this.close();
      });
    });
    area.focus({ preventScroll: true });
    area.select();
  }

  restyle(changes) {
    if (!this.#open) return;
    this.#open.annotation = fitText({ ...this.#open.annotation, ...changes });
    this.#onState("waiting");
    this.#place();
  }

  /** The zoom changed, or the page moved. */
  refresh() {
    if (!this.#open) return;
    if (this.#open.area.isConnected) this.#place();
    else this.close();
  }

  #place() {
    const { annotation, area, view } = this.#open;
    const { page, scale } = view;
    const k = scale * (page.user_unit || 1);
    const centre = apply(viewMatrix(page, scale), centreOf(annotation));
    const size = annotation.font_size * k;
    const { style } = area;
    style.width = `${annotation.width * k + 2}px`;
    style.height = `${annotation.height * k + size * 0.3}px`;
    style.left = `${centre.x - (annotation.width * k) / 2}px`;
    style.top = `${centre.y - (annotation.height * k) / 2}px`;
    style.transformOrigin = `${(annotation.width * k) / 2}px ${(annotation.height * k) / 2}px`;
    style.transform = `rotate(${(annotation.rotation ?? 0) + page.rotation}deg)`;
    style.font = cssFont(annotation, size);
    style.lineHeight = `${LINE_HEIGHT}`;
    style.textAlign = annotation.text_align;
    style.textDecoration = annotation.underline ? "underline" : "none";
    style.color = annotation.color;
    style.backgroundColor = annotation.background_color ?? "transparent";
    style.opacity = String(annotation.opacity ?? 1);
    this.#alignBaseline(area, annotation, size);
  }

  /** A field centres its line; the page puts the baseline where the export does. */
  #alignBaseline(area, annotation, size) {
    const context = (this.context ??= document.createElement("canvas").getContext("2d"));
    context.font = cssFont(annotation, 100);
    const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = context.measureText("x");
    const inField = LINE_HEIGHT / 2 + (up - down) / 200;
    area.style.marginTop = `${(BASELINE - inField) * size}px`;
  }

  #key(event) {
    event.stopPropagation();
    const isDone = event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey));
    if (!isDone) return;
    event.preventDefault();
    this.close();
  }

  close() {
    const open = this.#open;
    if (!open) return;
    this.#open = null;
    const { annotation, area, view, isNew } = open;
    area.remove();
    view.overlay.preview([]);
    const { store } = this.#editor;
    const isEmpty = annotation.content.trim() === "";
    if (isEmpty && !isNew) store.remove(t("Delete text"), [annotation]);
    if (!isEmpty) {
      store.edit(isNew ? t("Text") : t("Edit text"), [annotation]);
      store.select([annotation.id]);
    }
    this.#onState("saved");
  }
}
