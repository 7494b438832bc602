/** The form of a text. */
import { field, show } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { timePart } from "../model/cutting.js";
import { changeText, outlined } from "../model/words.js";
import { facesOf, familyNames } from "../fonts.js";
import { BoundFields } from "./fields.js";

export class TextForm {
  /** @param {{root: HTMLElement, store: import("../editor_store.js").EditorStore}} parts */
  constructor({ root, store }) {
    Object.assign(this, { root, store });
    const fonts = root.querySelector("[data-bind='style.font_family']");
    for (const family of familyNames()) {
      const option = new Option(family, family);
      option.style.fontFamily = `"${family}"`;
      fonts.append(option);
    }
    this.fields = new BoundFields(root, (path, value, meta) => this.#set(path, value, meta));
    root.addEventListener("click", (event) => this.#press(event));
  }

  get text() {
    return this.store.only("text");
  }

  paint(text) {
    this.fields.frame = this.store.frame;
    this.fields.paint(text);
    show(field(this.root, "outline"), Boolean(text.style.outline_color));
    show(field(this.root, "outline-note"), Boolean(text.style.background_color));
    const faces = facesOf(text.style.font_family);
    const can = { "style.bold": faces.bold, "style.italic": faces.italic, "style.underline": true };
    const press = (button, on) => button.setAttribute("aria-pressed", String(on));
    for (const button of this.root.querySelectorAll("[data-toggle]")) {
      const name = button.dataset.toggle.split(".")[1];
      press(button, text.style[name] === true);
      button.disabled = !can[button.dataset.toggle];
    }
    for (const button of this.root.querySelectorAll("[data-place]")) {
      const [x, y] = button.dataset.place.split(" ").map(Number);
      press(button, x === text.position.x && y === text.position.y);
    }
    for (const button of this.root.querySelectorAll("[data-align]")) {
      press(button, button.dataset.align === (text.style.align ?? "center"));
    }
  }

  focusWords() {
    this.root.querySelector("[data-bind='text']").select();
  }

  #set(path, value, { live }) {
    const { text } = this;
    if (!text) return;
    const { id } = text;
    const key = live || path === "text" ? `${id}.${path}` : undefined;
    const [part, name] = path.split(".");
    const change = {
      text: (tl) => changeText(tl, id, { text: value }),
      start_time: (tl) => timePart(tl, { kind: "text", id, start: value }),
      end_time: (tl) => timePart(tl, { kind: "text", id, end: value }),
      rotation: (tl) => changeText(tl, id, { rotation: value }),
      style: (tl) => changeText(tl, id, { style: this.#styled(text.style, name, value) }),
      position: (tl) => changeText(tl, id, { position: { [name]: value } }),
      animation: (tl) => {
        const fades = { fade_in: 0, fade_out: 0, ...text.animation, [name]: value };
        const none = !fades.fade_in && !fades.fade_out;
        return changeText(tl, id, { animation: none ? null : fades });
      },
    }[part];
    this.store.edit(t("Change the text"), change, { key });
  }

  #styled(style, name, value) {
    if (name === "outline_color" || name === "outline_width") return outlined(style, { [name]: value });
    if (name !== "font_family") return { [name]: value };
    // A family without a face cannot keep it: the renderer would fake it.
    const { bold, italic } = facesOf(value);
    return { font_family: value, bold: style.bold && bold, italic: style.italic && italic };
  }

  #press(event) {
    const { toggle, place, align } = event.target.closest("button")?.dataset ?? {};
    if (toggle) {
      const pressed = event.target.closest("button").getAttribute("aria-pressed") === "true";
      this.#set(toggle, !pressed, { live: false });
    } else if (align) {
      this.#set("style.align", align, { live: false });
    } else if (place) {
      const [x, y] = place.split(" ").map(Number);
      const { id } = this.text;
      this.store.edit(t("Move text"), (tl) => changeText(tl, id, { position: { x, y } }));
    }
  }
}
