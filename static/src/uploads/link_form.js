/** "Paste a link" boxes: checks the address and starts a download. */
import { show } from "../shared/dom.js";
import { api, ApiError } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { toastError } from "../shared/toasts.js";

/** @returns {string | null} what is wrong with it */
export function complaintAbout(text) {
  if (text === "") return t("Paste the address of a video first.");
  if (!URL.canParse(text)) return t("This is not a link. It should begin with https://");
  if (!/^https?:$/.test(new URL(text).protocol)) {
    return t("Only http and https links can be fetched.");
  }
  return null;
}

/**
 * @param {HTMLFormElement} form
 * @param {(download: object) => void} onStarted
 */
export function bindLinkForm(form, onStarted) {
  const input = form.elements.url;
  const error = form.querySelector("[data-link-error]");
  const button = form.querySelector("button");
  error.id ||= `${input.id}-error`;

  const complain = (text) => {
    error.textContent = text ?? "";
    show(error, text !== null);
    if (text === null) {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
      return;
    }
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", error.id);
    input.focus();
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const url = input.value.trim();
    const complaint = complaintAbout(url);
    complain(complaint);
    if (complaint) return;
    button.disabled = true;
    try {
      onStarted(await api("downloads/", { method: "POST", body: { url } }));
      input.value = "";
    } catch (failure) {
      const wrong = failure.errors?.find((item) => item.field === "url");
      if (wrong) complain(wrong.message);
      else if (failure instanceof ApiError && failure.status === 400) complain(failure.message);
      else toastError(failure);
    } finally {
      button.disabled = false;
    }
  });
}
