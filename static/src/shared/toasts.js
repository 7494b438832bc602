/** Short messages in the corner; errors stay until they are read away. */
import { field, fromTemplate, show } from "./dom.js";

const STAY_MS = 6_000;

/**
 * @param {string} text
 * @param {{tone?: "info" | "success" | "error",
 *   action?: {label: string, run: () => void}}} [options]
 */
export function toast(text, { tone = "info", action } = {}) {
  const region = document.querySelector("[data-toasts]");
  if (!region) return;
  const same = [...region.children].find((item) => field(item, "text")?.textContent === text);
  same?.remove();
  const element = fromTemplate("toast-template");
  element.dataset.tone = tone;
  field(element, "text").textContent = text;
  if (action) {
    const button = field(element, "action");
    button.textContent = action.label;
    button.addEventListener("click", () => {
      element.remove();
      action.run();
    });
    show(button, true);
  }
  region.append(element);
  if (tone !== "error") setTimeout(() => element.remove(), action ? 2 * STAY_MS : STAY_MS);
}

/** Says what went wrong, in the server's words. Cancelled requests are no error. */
export function toastError(error) {
  if (error?.name === "AbortError") return;
  console.warn(error);
  const reasons = (error.errors ?? []).map((item) => item.message).filter(Boolean);
  const text = reasons.length > 0 ? reasons.join(" ") : error.message;
  toast(text, { tone: "error" });
}

document.addEventListener("click", (event) => {
  event.target.closest?.("[data-toast-close]")?.closest(".toast")?.remove();
});
