/** Asking before acting: one <dialog> of the base page for every question. */
import { field, show } from "./dom.js";
import { t } from "./i18n.js";

/**
 * @param {{title: string, text?: string, ok: string, danger?: boolean,
 *   cancel?: string, dismissable?: boolean, input?: {label: string, value: string} | null,
 *   links?: {title: string, url: string}[]}} question `links` lead to our own pages
 * @returns {Promise<string | null>} the answer ("ok" without input), null for no
 */
export function ask({
  title,
  text = "",
  ok,
  cancel = t("Cancel"),
  danger = false,
  dismissable = true,
  input = null,
  links = [],
}) {
  const dialog = document.getElementById("ask-dialog");
  field(dialog, "title").textContent = title;
  field(dialog, "text").textContent = text;
  show(field(dialog, "text"), text !== "");
  fillLinks(field(dialog, "links"), links);
  const okButton = field(dialog, "ok");
  okButton.textContent = ok;
  okButton.className = `button ${danger ? "button-danger" : "button-primary"}`;
  field(dialog, "cancel").textContent = cancel;
  // "none" keeps Escape from answering where both answers have a price.
  dialog.setAttribute("closedby", dismissable ? "closerequest" : "none");
  dialog.oncancel = (event) => !dismissable && event.preventDefault();
  const answer = dialog.querySelector("input");
  show(field(dialog, "input-field"), input !== null);
  answer.required = input !== null;
  if (input) {
    field(dialog, "label").textContent = input.label;
    answer.value = input.value;
  }
  dialog.returnValue = "";
  dialog.showModal();
  if (input) answer.select();
  else (danger ? field(dialog, "cancel") : okButton).focus();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue !== "ok") resolve(null);
        else resolve(input ? answer.value.trim() : "ok");
      },
      { once: true },
    );
  });
}

function fillLinks(list, links) {
  const items = links.map(({ title, url }) => {
    const link = document.createElement("a");
    link.className = "link";
    link.textContent = title;
    if (url?.startsWith("/")) link.href = url;
    const item = document.createElement("li");
    item.append(link);
    return item;
  });
  list.replaceChildren(...items);
  show(list, items.length > 0);
}

/** Makes the first button of a form answer Enter with "ok", not "cancel". */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.id !== "ask-input") return;
  event.preventDefault();
  const form = event.target.form;
  if (form.reportValidity()) form.closest("dialog").close("ok");
});

/** Closes a light dialog by a click on its backdrop. */
document.addEventListener("click", (event) => {
  if (event.target instanceof HTMLDialogElement && event.target.hasAttribute("data-light")) {
    event.target.close();
  }
});
