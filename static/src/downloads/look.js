/** The "paste a link" form of the downloads page: asks what is at an address. */
import { show } from "../shared/dom.js";
import { api, ApiError } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { toastError } from "../shared/toasts.js";
import { complaintAbout } from "../uploads/link_form.js";

const TELL_AFTER_MS = 600;

/**
 * @param {HTMLFormElement} form
 * @param {(answer: object) => void} onFound
 * @returns {{look: (url: string) => Promise<void>}}
 */
export function bindLookForm(form, onFound) {
  const input = form.elements.url;
  const error = form.querySelector("[data-look-error]");
  const status = form.querySelector("[data-look-status]");
  const meter = form.querySelector("[data-look-meter]");
  const button = form.querySelector("[data-look]");

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
  };

  const look = async (url) => {
    const complaint = complaintAbout(url);
    complain(complaint);
    if (complaint) {
      input.focus();
      return;
    }
    button.disabled = true;
    const telling = setTimeout(() => {
      status.textContent = t("Asking {host} what there is…", { host: new URL(url).host });
      show(status, true);
      show(meter, true);
    }, TELL_AFTER_MS);
    try {
      onFound(await api("downloads/inspect/", { method: "POST", body: { url } }));
    } catch (failure) {
      if (failure instanceof ApiError) complain(failure.message);
      else toastError(failure);
    } finally {
      clearTimeout(telling);
      show(status, false);
      show(meter, false);
      button.disabled = false;
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    look(input.value.trim());
  });
  // A pasted address is looked up at once.
  input.addEventListener("paste", () => {
    setTimeout(() => {
      const url = input.value.trim();
      if (complaintAbout(url) === null) look(url);
    });
  });
  return {
    look: (url) => {
      input.value = url;
      return look(url);
    },
  };
}
