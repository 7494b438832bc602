/** The look that a tool gives to what it makes next; kept in this browser. */

const KEY = "streamfetch.pdf.styles";

export const COLORS = Object.freeze([
  "#1a1a1a", "#c01048", "#e8590c", "#f2b705", "#2b8a3e", "#1c62b8", "#7048b8", "#ffffff",
]);
export const HIGHLIGHT_COLORS = Object.freeze([
  "#ffe14d", "#a6e88f", "#8fd6ff", "#ffb3d1", "#ffc078", "#d0bfff",
]);
export const WIDTHS = Object.freeze([1, 2, 4, 8]);

const TEXT = {
  font_family: "Inter", font_size: 14, font_weight: "normal", font_style: "normal",
  text_align: "left", color: "#1a1a1a", background_color: null, underline: false, opacity: 1,
};
const SHAPE = { stroke_color: "#c01048", stroke_width: 2, fill_color: null, dash: null, opacity: 1 };

const DEFAULTS = Object.freeze({
  text: TEXT,
  highlight: { color: "#ffe14d", opacity: 1 },
  underline: { color: "#2b8a3e", opacity: 1 },
  strikeout: { color: "#c01048", opacity: 1 },
  squiggly: { color: "#e8590c", opacity: 1 },
  pen: { stroke_color: "#1c62b8", stroke_width: 2, opacity: 1 },
  marker: { stroke_color: "#ffe14d", stroke_width: 14, opacity: 1 },
  rectangle: SHAPE,
  circle: SHAPE,
  line: SHAPE,
  arrow: SHAPE,
  polygon: SHAPE,
  note: { color: "#ffe14d", opacity: 1 },
  signature: { stroke_color: "#10254a", stroke_width: 2, opacity: 1 },
  image: { opacity: 1 },
  stamp: { opacity: 1 },
});

export const MARKUP_TOOLS = Object.freeze(["highlight", "underline", "strikeout", "squiggly"]);
export const SHAPE_TOOLS = Object.freeze(["rectangle", "circle", "line", "arrow", "polygon"]);
export const STYLED_TOOLS = Object.freeze(Object.keys(DEFAULTS));

/** The tool that would have made an annotation. */
export function toolOf(annotation) {
  switch (annotation.type) {
    case "highlight":
      return annotation.style ?? "highlight";
    case "drawing":
      if (annotation.signature) return "signature";
      return annotation.blend === "multiply" ? "marker" : "pen";
    case "shape":
      return annotation.shape_type;
    default:
      return annotation.type;
  }
}

export class ToolStyles {
  #own = {};
  #watchers = new Set();

  /** @param {object} [settings] of the project: its defaults */
  constructor(settings = {}) {
    this.settings = settings;
    try {
      this.#own = JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      this.#own = {};
    }
  }

  get(tool) {
    const style = { ...DEFAULTS[tool], ...this.#own[tool] };
    if (tool !== "text" || this.#own.text) return style;
    const { default_font_family: family, default_font_size: size, default_color: color } = this.settings;
    return {
      ...style,
      font_family: family || style.font_family,
      font_size: size || style.font_size,
      color: color || style.color,
    };
  }

  set(tool, changes) {
    if (!DEFAULTS[tool]) return;
    this.#own = { ...this.#own, [tool]: { ...this.#own[tool], ...changes } };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#own));
    } catch {
      // A full or missing storage costs the memory of a colour.
    }
    for (const watcher of this.#watchers) watcher(tool);
  }

  watch(watcher) {
    this.#watchers.add(watcher);
  }
}
