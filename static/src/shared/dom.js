/** Small things done to elements; server text only ever enters as text. */

/** @param {string | HTMLTemplateElement} template an id or the element */
export function fromTemplate(template) {
  const element = typeof template === "string" ? document.getElementById(template) : template;
  return element.content.firstElementChild.cloneNode(true);
}

/** @returns {HTMLElement | null} the part named by data-field */
export const field = (root, name) => root.querySelector(`[data-field="${name}"]`);

/** Sets the text of a field, touching the page only when it changes. */
export function setText(root, name, text) {
  const element = field(root, name);
  if (element && element.textContent !== text) element.textContent = text;
}

/** @param {Element | null} element @param {boolean} shown */
export function show(element, shown) {
  if (element && element.hidden === shown) element.hidden = !shown;
}

/** A <progress>: a number 0-100, or null for "working, no idea how far". */
export function setMeter(meter, percent) {
  if (!meter) return;
  if (percent == null) meter.removeAttribute("value");
  else meter.value = percent;
}

/** @param {string} name a symbol of icons.svg */
export function icon(name, className = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", `icon ${className}`.trim());
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${document.documentElement.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

/** Points an existing icon at another symbol. */
export function setIcon(root, name) {
  root?.querySelector("use")?.setAttribute("href", `${document.documentElement.dataset.icons}#${name}`);
}

/** Fills a range up to its thumb. */
export function paintRange(input) {
  const share = (input.value - input.min) / (input.max - input.min || 1);
  input.style.setProperty("--fill", `${share * 100}%`);
}
