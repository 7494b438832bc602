/** A link that is pasted beside every field is meant for us. */

/** @returns {string} the address, when the text is nothing but one */
export function linkIn(text) {
  const trimmed = (text ?? "").trim();
  return /^https?:\/\/[^\s<>"']+$/i.test(trimmed) && URL.canParse(trimmed) ? trimmed : "";
}

const isField = (element) => Boolean(element?.closest?.("input, textarea, select, [contenteditable]"));

/**
 * @param {(url: string) => void} onLink
 * @param {{signal?: AbortSignal}} options
 */
export function onPastedLink(onLink, { signal } = {}) {
  document.addEventListener(
    "paste",
    (event) => {
      if (event.defaultPrevented || isField(event.target)) return;
      const url = linkIn(event.clipboardData?.getData("text/plain"));
      if (!url) return;
      event.preventDefault();
      onLink(url);
    },
    { signal },
  );
}
