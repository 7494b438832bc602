/**
 * Texts made by scripts. The English sentence is the key; a page may carry a
 * translated catalogue in <script type="application/json" id="messages">.
 */
let catalog = null;

function load() {
  const element = globalThis.document?.getElementById("messages");
  return element ? JSON.parse(element.textContent) : {};
}

/**
 * @param {string} message with {name} placeholders
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(message, values = {}) {
  catalog ??= load();
  const text = catalog[message] ?? message;
  return text.replaceAll(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
