/** Versions, details, other PDFs to take pages from, the password of a locked file. */
import { field, show } from "../../shared/dom.js";
import { ask } from "../../shared/dialogs.js";
import { api } from "../../shared/http.js";
import { t } from "../../shared/i18n.js";
import { formatAge, formatSize } from "../../shared/time.js";
import { toast, toastError } from "../../shared/toasts.js";
import { parseRanges } from "../page_ranges.js";

const make = (name, className, text = "") => {
  const element = document.createElement(name);
  element.className = className;
  if (text) element.textContent = text;
  return element;
};

document.addEventListener("click", (event) => {
  event.target.closest?.("[data-close-dialog]")?.closest("dialog").close();
});

const closing = (dialog) => new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));

// --- Versions -------------------------------------------------------------------

/** @param {{dialog: HTMLDialogElement, projectId: string, save: () => Promise<boolean>,
 *   restored: () => Promise<void>}} options */
export function versionsDialog({ dialog, projectId, save, restored }) {
  const path = `pdf-projects/${projectId}/versions/`;
  const list = dialog.querySelector("[data-versions]");
  const form = dialog.querySelector("[data-version-form]");

  async function refresh() {
    const { results } = await api(path);
    list.replaceChildren(...results.map(row));
    show(dialog.querySelector("[data-versions-empty]"), results.length === 0);
  }

  function row(version) {
    const item = make("li", "pdf-export");
    const text = make("div", "min-w-0");
    const facts = [formatAge(version.created_at), t("{count} annotations", { count: version.annotation_count ?? 0 })];
    text.append(make("p", "row-title clip-line", version.name || t("Kept {age}", { age: formatAge(version.created_at) })), make("p", "row-sub", facts.join(" · ")));
    const button = make("button", "button button-s", t("Go back to it"));
    button.type = "button";
    button.addEventListener("click", () => restore(version, button));
    item.append(text, button);
    return item;
  }

  async function restore(version, button) {
    const sure = await ask({
      title: t("Go back to this version?"),
      text: t("The present state is kept as a version of its own first, so nothing is lost."),
      ok: t("Go back"),
    });
    if (!sure) return;
    button.disabled = true;
    try {
      await save();
      await api(`${path}${version.id}/restore/`, { method: "POST" });
      await restored();
      dialog.close();
      toast(t("This version is back."), { tone: "success" });
    } catch (error) {
      toastError(error);
      button.disabled = false;
    }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      await save();
      await api(path, { method: "POST", body: { name: form.elements.name.value.trim() } });
      form.reset();
      await refresh();
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  });

  return async () => {
    dialog.showModal();
    try {
      await refresh();
    } catch (error) {
      toastError(error);
    }
  };
}

// --- Details --------------------------------------------------------------------

const EDITABLE = ["title", "author", "subject", "keywords"];

/** @param {{dialog: HTMLDialogElement, store: object,
 *   change: (body: object) => Promise<void>}} options */
export function metadataDialog({ dialog, store, change }) {
  const form = dialog.querySelector("[data-metadata-form]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const metadata = Object.fromEntries(EDITABLE.map((name) => [name, form.elements[name].value.trim()]));
    try {
      await change({ metadata });
      dialog.close();
      toast(t("The details are saved. They go into the next export."), { tone: "success" });
    } catch (error) {
      toastError(error);
    }
  });
  return () => {
    const { metadata = {}, pages } = store.project;
    for (const name of EDITABLE) form.elements[name].value = metadata[name] ?? "";
    const first = pages[0];
    const mm = (points) => Math.round((points * 25.4) / 72);
    const facts = [
      [t("Pages"), pages.length],
      [t("First page"), first && `${mm(first.width * first.user_unit)} × ${mm(first.height * first.user_unit)} mm`],
      [t("Size"), formatSize(metadata.file_size)],
      [t("PDF version"), metadata.version],
      [t("Made with"), [metadata.creator, metadata.producer].filter(Boolean).join(" · ")],
      [t("Created"), metadata.creation_date],
      [t("Changed"), metadata.modification_date],
    ];
    dialog.querySelector("[data-meta-facts]").replaceChildren(
      ...facts.filter(([, value]) => value).map(([name, value]) => {
        const row = document.createElement("div");
        row.append(make("dt", "", name), make("dd", "figures", String(value)));
        return row;
      }),
    );
    dialog.showModal();
  };
}

// --- Other PDFs -----------------------------------------------------------------

/** @returns {Promise<{asset: string, source_pages: number[] | undefined} | null>} */
export async function pickPdf(dialog, ownAsset) {
  const { results } = await api("assets/?status=ready&kind=pdf");
  const input = dialog.querySelector("[data-insert-pages]");
  input.value = "";
  let picked = null;
  const choices = results.map((asset) => {
    const button = make("button", "pdf-pick-choice");
    button.value = "ok";
    const name = asset.id === ownAsset ? t("{title} (this file)", { title: asset.title }) : asset.title;
    button.append(make("span", "clip-line", name), make("span", "row-sub figures", formatSize(asset.size_bytes)));
    button.addEventListener("click", () => (picked = asset));
    return button;
  });
  field(dialog, "choices").replaceChildren(...choices);
  show(field(dialog, "empty"), choices.length === 0);
  dialog.showModal();
  await closing(dialog);
  if (!picked) return null;
  const isAll = input.value.trim() === "";
  const pages = isAll ? undefined : parseRanges(input.value, 100_000);
  if (pages === null) {
    toast(t("Write page numbers such as 1-3, 7."), { tone: "error" });
    return null;
  }
  return { asset: picked.id, ...(pages && { source_pages: pages }) };
}

// --- Password -------------------------------------------------------------------

/** Asks until the file opens or the person gives up. */
export function passwordDialog({ dialog, projectId, unlocked }) {
  const form = dialog.querySelector("[data-password-form]");
  const problem = dialog.querySelector("[data-password-error]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const project = await api(`pdf-projects/${projectId}/unlock/`, {
        method: "POST", body: { password: form.elements.password.value },
      });
      form.reset();
      dialog.close();
      unlocked(project);
    } catch (error) {
      problem.textContent = error.message;
      show(problem, true);
      form.elements.password.select();
    }
  });
  return ({ wrong = "" } = {}) => {
    problem.textContent = wrong;
    show(problem, wrong !== "");
    if (!dialog.open) dialog.showModal();
    form.elements.password.focus();
  };
}
