/** Says in the bar whether the server has everything. */
import { t } from "../shared/i18n.js";

const TEXTS = {
  saved: "Saved",
  waiting: "Edited",
  saving: "Saving…",
  offline: "Offline, will retry",
  conflict: "Changed elsewhere",
  refused: "Not saved",
};

/** @param {HTMLElement} element @param {string} state of Autosave */
export function paintSaveState(element, state, reason = "") {
  element.dataset.state = state;
  element.querySelector("[data-save-text]").textContent = t(TEXTS[state]);
  element.title = reason;
}
