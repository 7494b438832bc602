/** The inspector of the selected text. */
import { setText, show } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { changeText, findText, timeText } from "../edits.js";
import { facesOf, familyNames } from "../fonts.js";
import { BoundFields } from "./fields.js";

export class TextPanel {
  /** @param {{root: HTMLElement, store: import("../editor_store.js").EditorStore}} parts */
  constructor({ root, store }) {
    Object.assign(this, { root, store });
    this.form = root.querySelector("[data-panel-form]");
    this.empty = root.querySelector("[data-panel-empty]");
    const fonts = this.form.querySelector("[data-bind='style.font_family']");
    for (const family of familyNames()) {
      const option = new Option(family, family);
      option.style.fontFamily = `"${family}"`;
      fonts.append(option);
    }
    this.fields = new BoundFields(this.form, (path, value, meta) => this.#set(path, value, meta));
    this.form.addEventListener("click", (event) => this.#press(event));
    store.watchDocument(() => this.paint());
    store.watch((state) => state.selection, () => this.paint());
  }

  get text() {
    const { selection, timeline } = this.store;
    return selection?.kind === "text" ? findText(timeline, selection.id) : null;
  }

  paint() {
    const { text } = this;
    show(this.form, Boolean(text));
    show(this.empty, !text);
    if (!text) return;
    this.fields.frame = this.store.frame;
    this.fields.paint(text);
    const faces = facesOf(text.style.font_family);
    const can = { "style.bold": faces.bold, "style.italic": faces.italic, "style.underline": true };
    for (const button of this.form.querySelectorAll("[data-toggle]")) {
      const name = button.dataset.toggle.split(".")[1];
      button.setAttribute("aria-pressed", String(text.style[name] === true));
      button.disabled = !can[button.dataset.toggle];
    }
    for (const button of this.form.querySelectorAll("[data-place]")) {
      const [x, y] = button.dataset.place.split(" ").map(Number);
      const here = x === text.position.x && y === text.position.y;
      button.setAttribute("aria-pressed", String(here));
    }
    setText(this.form, "opacity", `${Math.round(text.style.opacity * 100)} %`);
  }

  /** After adding a text: ready to type over it. */
  focusWords() {
    this.form.querySelector("[data-bind='text']").select();
  }

  #set(path, value, { live }) {
    const { id, animation } = this.text;
    const key = live || path === "text" ? `${id}.${path}` : undefined;
    const [part, name] = path.split(".");
    const change = {
      text: (tl) => changeText(tl, id, { text: value }),
      start_time: (tl) => timeText(tl, { id, start: value }),
      end_time: (tl) => timeText(tl, { id, end: value }),
      style: (tl) => changeText(tl, id, { style: this.#styled(name, value) }),
      position: (tl) => changeText(tl, id, { position: { [name]: value } }),
      animation: (tl) => {
        const fades = { fade_in: 0, fade_out: 0, ...animation, [name]: value };
        const none = !fades.fade_in && !fades.fade_out;
        return changeText(tl, id, { animation: none ? null : fades });
      },
    }[part];
    this.store.edit(t("Change the text"), change, { key });
  }

  /** A family without a face cannot keep it: the renderer would fake it. */
  #styled(name, value) {
    if (name !== "font_family") return { [name]: value };
    const { bold, italic } = facesOf(value);
    const { style } = this.text;
    return { font_family: value, bold: style.bold && bold, italic: style.italic && italic };
  }

  #press(event) {
    const toggle = event.target.closest("[data-toggle]");
    const place = event.target.closest("[data-place]");
    if (toggle) {
      const path = toggle.dataset.toggle;
      this.#set(path, toggle.getAttribute("aria-pressed") !== "true", { live: false });
    } else if (place) {
      const [x, y] = place.dataset.place.split(" ").map(Number);
      const { id } = this.text;
      this.store.edit(t("Move text"), (tl) => changeText(tl, id, { position: { x, y } }));
    }
  }
}
