/** The bar of properties: of what is selected, else of the tool in hand. */
import { paintRange, show } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { facesOf, familyNames } from "../fonts.js";
import { COLORS, HIGHLIGHT_COLORS, toolOf, WIDTHS } from "../styles.js";
import { fitText } from "../text_box.js";

const GROUPS = {
  text: ["color", "font", "background", "opacity"],
  highlight: ["color", "opacity"],
  underline: ["color", "opacity"],
  strikeout: ["color", "opacity"],
  squiggly: ["color", "opacity"],
  pen: ["color", "width", "opacity"],
  marker: ["color", "width", "opacity"],
  signature: ["color", "width", "opacity"],
  rectangle: ["color", "fill", "width", "dash", "opacity"],
  circle: ["color", "fill", "width", "dash", "opacity"],
  polygon: ["color", "fill", "width", "dash", "opacity"],
  line: ["color", "width", "dash", "opacity"],
  arrow: ["color", "width", "dash", "opacity"],
  note: ["color"],
  image: ["opacity"],
  stamp: ["opacity"],
};

const HINTS = {
  eraser: "Drag over what shall go.",
  image: "Press where the image shall be, or drag its size.",
  stamp: "Press where the stamp shall be, or drag its size.",
  signature: "Press where the signature shall be, or drag its size.",
  polygon: "Press for each corner; Enter or a press on the first one closes it.",
};

const DRAWN = ["pen", "marker", "signature", "rectangle", "circle", "polygon", "line", "arrow"];
const MARKERS = ["highlight", "marker", "note"];

const colorField = (tool) => (DRAWN.includes(tool) ? "stroke_color" : "color");

/** Lengths of a dash for a line of a width, as they are stored. */
export function dashFor(kind, width) {
  const unit = Math.max(0.5, width);
  if (kind === "dashed") return [4 * unit, 2.5 * unit];
  if (kind === "dotted") return [unit, 1.5 * unit];
  return null;
}

const dashKind = ({ dash, stroke_width: width }) => {
  if (!dash?.length) return "solid";
  return dash[0] > 2 * Math.max(0.5, width) ? "dashed" : "dotted";
};

export class PropertiesBar {
  #root;
  #editor;

  /** @param {{root: HTMLElement, editor: object}} options */
  constructor({ root, editor }) {
    this.#root = root;
    this.#editor = editor;
    this.#buildWidths();
    root.addEventListener("input", (event) => this.#input(event));
    root.addEventListener("change", (event) => this.#input(event, { final: true }));
    root.addEventListener("click", (event) => this.#press(event));
    // The selection and the text being written keep the focus.
    root.addEventListener("pointerdown", (event) => {
      if (event.target.closest("button")) event.preventDefault();
    });
    const { store, styles } = editor;
    store.watch(({ selection }) => selection, () => this.paint());
    store.watch(({ tool }) => tool, () => this.paint());
    store.watchAnnotations(() => this.paint());
    styles.watch(() => this.paint());
  }

  fillFonts() {
    const select = this.#root.querySelector("[data-prop='font_family']");
    select.replaceChildren(
      ...familyNames().map((name) => {
        const option = new Option(name, name);
        option.style.fontFamily = `"${name}"`;
        return option;
      }),
    );
    this.paint();
  }

  #buildWidths() {
    const widths = this.#root.querySelector("[data-widths]");
    widths.replaceChildren(
      ...WIDTHS.map((width) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "width-preset";
        button.dataset.width = width;
        button.setAttribute("aria-label", t("{width} points", { width }));
        button.style.setProperty("--line", `${Math.min(8, width)}px`);
        return button;
      }),
    );
  }

  /** What the bar is about: a tool name and the values to show. */
  get #subject() {
    const { store, styles, textEditing } = this.#editor;
    const written = textEditing.annotation;
    if (written) return { tools: ["text"], values: written, items: [] };
    const items = store.selected;
    if (items.length > 0) {
      return { tools: [...new Set(items.map(toolOf))], values: items[0], items };
    }
    const { tool } = store;
    return { tools: GROUPS[tool] ? [tool] : [], values: styles.get(tool), items: [] };
  }

  paint() {
    const { tools, values, items } = this.#subject;
    const common = tools.length === 0 ? [] : GROUPS[tools[0]].filter((group) => tools.every((tool) => GROUPS[tool].includes(group)));
    const groups = new Set(common);
    if (items.length > 0) groups.add("arrange").add("align");
    if (items.length > 2) groups.add("distribute");
    for (const group of this.#root.querySelectorAll("[data-group]")) {
      show(group, groups.has(group.dataset.group));
    }
    const hint = this.#root.querySelector("[data-hint]");
    const { tool } = this.#editor.store;
    show(hint, groups.size === 0 || (items.length === 0 && Boolean(HINTS[tool])));
    hint.textContent = t(HINTS[tool] ?? "Choose a tool, or press something on a page to change it.");
    if (groups.has("color")) this.#paintColors(tools[0], values);
    this.#paintFields(values, tools[0]);
  }

  #paintColors(tool, values) {
    const palette = MARKERS.includes(tool) ? HIGHLIGHT_COLORS : COLORS;
    const now = (values[colorField(tool)] ?? "").toLowerCase();
    const host = this.#root.querySelector("[data-swatches='color']");
    if (host.dataset.palette !== palette.join()) {
      host.dataset.palette = palette.join();
      host.replaceChildren(
        ...palette.map((color) => {
          const button = document.createElement("button");
          button.type = "button";
          button.className = "swatch-button";
          button.setAttribute("role", "radio");
          button.setAttribute("aria-label", color);
          button.dataset.color = color;
          button.style.setProperty("--swatch", color);
          return button;
        }),
      );
    }
    for (const button of host.children) {
      button.setAttribute("aria-checked", String(button.dataset.color === now));
    }
    this.#root.querySelector("[data-prop='color']").value = now || "#000000";
  }

  #paintFields(values, tool) {
    for (const input of this.#root.querySelectorAll("[data-prop]")) {
      const { prop, kind } = input.dataset;
      if (prop === "color") continue;
      if (prop === "dash") input.value = dashKind(values);
      else if (prop === "fill_color" || prop === "background_color") input.value = values[prop] ?? "#ffffff";
      else if (values[prop] !== undefined && document.activeElement !== input) input.value = values[prop];
      if (kind === "range") paintRange(input);
    }
    for (const button of this.#root.querySelectorAll("[data-none]")) {
      button.setAttribute("aria-pressed", String(values[button.dataset.none] == null));
    }
    for (const button of this.#root.querySelectorAll("[data-width]")) {
      button.setAttribute("aria-pressed", String(values.stroke_width === Number(button.dataset.width)));
    }
    for (const button of this.#root.querySelectorAll("[data-flip]")) {
      const { flip, on } = button.dataset;
      button.setAttribute("aria-pressed", String(on ? values[flip] === on : Boolean(values[flip])));
    }
    for (const button of this.#root.querySelectorAll("[data-choose]")) {
      button.setAttribute("aria-pressed", String(values[button.dataset.choose] === button.dataset.value));
    }
    if (tool === "text") {
      const faces = facesOf(values.font_family);
      this.#root.querySelector("[data-flip='font_weight']").disabled = !faces.bold;
      this.#root.querySelector("[data-flip='font_style']").disabled = !faces.italic;
    }
  }

  #input({ target }, { final = false } = {}) {
    const { prop, kind, min, max } = target.dataset;
    if (!prop) return;
    const isTyped = kind === "number";
    if (isTyped && !final) return;
    if (prop === "color") {
      this.#set((tool) => ({ [colorField(tool)]: target.value }), { key: prop });
      return;
    }
    if (prop === "dash") {
      this.#set((_, values) => ({ dash: dashFor(target.value, values.stroke_width) }));
      return;
    }
    let value = target.value;
    if (isTyped || kind === "range") {
      value = Number.parseFloat(String(value).replace(",", "."));
      if (!Number.isFinite(value)) {
        this.paint();
        return;
      }
      value = Math.max(Number(min ?? target.min), Math.min(Number(max ?? target.max), value));
    }
    if (prop === "stroke_width") this.#setWidth(value);
    else this.#set(() => ({ [prop]: value }), { key: prop });
    if (kind === "range") paintRange(target);
  }

  #setWidth(width) {
    this.#set((_, values) => ({ stroke_width: width, dash: dashFor(dashKind(values), width) }), {
      key: "stroke_width",
    });
  }

  #press(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const { color, width, none, flip, on, off, choose, value, align, distribute } = button.dataset;
    if (color) this.#set((tool) => ({ [colorField(tool)]: color }));
    else if (width) this.#setWidth(Number(width));
    else if (none) this.#set(() => ({ [none]: null }));
    else if (flip) {
      this.#set((_, values) => ({ [flip]: on ? (values[flip] === on ? off : on) : !values[flip] }));
    } else if (choose) this.#set(() => ({ [choose]: value }));
    else if (align) this.#editor.actions.align(align);
    else if (distribute) this.#editor.actions.distribute(distribute);
  }

  /** Applies to the selection and becomes the look of what comes next. */
  #set(changesFor, { key = null } = {}) {
    const { store, styles, textEditing } = this.#editor;
    const written = textEditing.annotation;
    if (written) {
      const changes = changesFor("text", written);
      textEditing.restyle(changes);
      styles.set("text", changes);
      this.paint();
      return;
    }
    const { items, tools } = this.#subject;
    if (items.length === 0) {
      if (tools[0]) styles.set(tools[0], changesFor(tools[0], styles.get(tools[0])));
      return;
    }
    const wanted = items.map((item) => {
      const tool = toolOf(item);
      const changed = { ...item, ...pertinent(tool, item, changesFor(tool, item)) };
      return item.type === "text" ? fitText(changed) : changed;
    });
    const label = t("Change look");
    store.edit(label, wanted, { key: key && `${key}:${items.map(({ id }) => id).join()}` });
    for (const tool of tools) styles.set(tool, pertinent(tool, styles.get(tool), changesFor(tool, styles.get(tool))));
  }
}

/** Only what a kind has: a pen has no dash. */
function pertinent(tool, values, changes) {
  const kept = { ...changes };
  if ("dash" in kept && !GROUPS[tool].includes("dash")) delete kept.dash;
  return kept;
}
