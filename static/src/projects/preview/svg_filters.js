/** Keeps one SVG filter for each plane that has effects. */
import { filterSteps } from "./filters.js";

const NS = "http://www.w3.org/2000/svg";

function element({ name, attributes = {}, children = [], result }) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (result) made.setAttribute("result", result);
  made.append(...children.map(element));
  return made;
}

export class SvgFilters {
  #root;
  #made = new Map();
  #count = 0;

  /** @param {HTMLElement} parent */
  constructor(parent) {
    const svg = document.createElementNS(NS, "svg");
    svg.setAttribute("class", "stage-filters");
    svg.setAttribute("aria-hidden", "true");
    this.#root = document.createElementNS(NS, "defs");
    svg.append(this.#root);
    parent.append(svg);
  }

  /** @returns {string} a value for CSS `filter`, "none" without effects */
  of(effects, { pixels, dots }) {
    const key = JSON.stringify([effects.map(({ type, parameters }) => [type, parameters]), pixels.toFixed(4), dots.toFixed(4)]);
    const known = this.#made.get(key);
    if (known) return known.css;
    const steps = filterSteps(effects, { pixels, dots });
    if (steps.length === 0) return "none";
    const filter = document.createElementNS(NS, "filter");
    filter.id = `look-${(this.#count += 1)}`;
    const region = { x: "0%", y: "0%", width: "100%", height: "100%" };
    for (const [name, value] of Object.entries(region)) filter.setAttribute(name, value);
    filter.setAttribute("color-interpolation-filters", "sRGB");
    let before = "SourceGraphic";
    steps.forEach((step, index) => {
      const made = element(step);
      // A step that needs the picture from before a group of them names it so.
      const input = made.getAttribute("in");
      if (input?.endsWith("-in")) made.setAttribute("in", this.groupInput);
      else if (!input) made.setAttribute("in", before);
      if (made.getAttribute("result")?.endsWith("-luma")) this.groupInput = before;
      const result = made.getAttribute("result") ?? `s${index}`;
      made.setAttribute("result", result);
      before = result;
      filter.append(made);
    });
    this.#root.append(filter);
    const css = `url("#${filter.id}")`;
    this.#made.set(key, { css, filter });
    if (this.#made.size > 60) {
      const [oldest, { filter: gone }] = this.#made.entries().next().value;
      gone.remove();
      this.#made.delete(oldest);
    }
    return css;
  }
}
