/** A project on its way to being ready: reads until it is, says how far, asks for a password. */
import { EVENTS } from "../shared/constants.js";
import { show } from "../shared/dom.js";
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";

const ASK_EVERY_MS = 1_500;
const LEAST_WAIT_MS = 400;

/** Resolves early when the server says that the project changed. */
function news(id) {
  return new Promise((resolve) => {
    const over = new AbortController();
    const done = () => {
      over.abort();
      clearTimeout(timer);
      setTimeout(resolve, LEAST_WAIT_MS);
    };
    const timer = setTimeout(done, ASK_EVERY_MS);
    document.addEventListener(EVENTS.PDF_PROJECT, ({ detail }) => detail.id === id && done(), {
      signal: over.signal,
    });
  });
}

/**
 * @param {{project: object, root: HTMLElement, askPassword: (options?: object) => void}} options
 * @returns {Promise<object | null>} the project when it has a file; null when it failed
 */
export async function waitUntilReady({ project, root, askPassword }) {
  const wait = root.querySelector("[data-wait]");
  const text = wait.querySelector("[data-wait-text]");
  const meter = wait.querySelector("[data-wait-meter]");
  const unlock = wait.querySelector("[data-do='unlock']");
  let current = project;
  show(unlock, false);
  show(meter, true);
  delete wait.dataset.failed;
  while (!current.file_url && current.status !== "failed") {
    text.textContent = t("Getting the document ready…");
    await news(current.id);
    current = await api(`pdf-projects/${current.id}/`);
  }
  if (current.file_url) {
    text.textContent = t("Opening the document…");
    return current;
  }
  show(meter, false);
  wait.dataset.failed = "";
  const { code, message } = current.error ?? {};
  text.textContent = message ?? t("This file cannot be opened.");
  if (["password_required", "wrong_password"].includes(code)) {
    show(unlock, true);
    askPassword(code === "wrong_password" ? { wrong: message } : {});
  }
  return null;
}
