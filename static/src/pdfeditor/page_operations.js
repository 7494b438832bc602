/** Turning, moving, deleting and inserting pages. The server has the last word. */
import { ask } from "../shared/dialogs.js";
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { toast, toastError } from "../shared/toasts.js";
import { pickPdf } from "./dialogs/document_dialogs.js";
import { quarterTurn } from "./geometry.js";
import { parseRanges } from "./page_ranges.js";

/**
 * @param {{editor: object, thumbnails: object, adopt: (project: object) => Promise<void>,
 *   insertDialog: HTMLDialogElement}} options
 */
export function pageActions({ editor, thumbnails, adopt, insertDialog }) {
  const { store } = editor;
  let queue = Promise.resolve();

  /** One operation at a time: each needs the revision that the last one made. */
  function operate(operations, { preview } = {}) {
    const before = store.project;
    if (preview) store.state.patch({ project: { ...before, pages: preview(before.pages) } });
    queue = queue.then(async () => {
      try {
        await editor.save();
        const body = { revision: store.project.revision, operations };
        await adopt(await api(`pdf-projects/${before.id}/pages/`, { method: "POST", body }));
      } catch (error) {
        if (preview) store.state.patch({ project: { ...store.project, pages: before.pages } });
        if (error.code === "revision_conflict") {
          await adopt(await api(`pdf-projects/${before.id}/`));
          toast(t("The pages were changed elsewhere. You see the newest state; please try again."));
        } else toastError(error);
      }
    });
    return queue;
  }

  const rotate = (degrees) => {
    const pages = thumbnails.chosen;
    const preview = (all) =>
      all.map((page) => (pages.includes(page.id) ? { ...page, rotation: quarterTurn(page.rotation + degrees), thumbnail: null } : page));
    return operate([{ op: "rotate", pages, degrees }], { preview });
  };

  const current = () => store.pages[store.state.get().pageIndex];
  const after = () => {
    const chosen = new Set(thumbnails.chosen);
    const last = store.pages.findLastIndex(({ id }) => chosen.has(id));
    return store.pages[last + 1]?.id ?? null;
  };

  return {
    "rotate-left": () => rotate(-90),
    "rotate-right": () => rotate(90),
    move(pages, before) {
      const ids = store.pages.map(({ id }) => id);
      if (before !== null && pages.includes(before)) return;
      const rest = ids.filter((id) => !pages.includes(id));
      const at = before === null ? rest.length : rest.indexOf(before);
      const order = [...rest.slice(0, at), ...pages, ...rest.slice(at)];
      if (order.every((id, i) => id === ids[i])) return;
      void operate([{ op: "move", pages, before }]);
    },
    async "delete-pages"() {
      const pages = thumbnails.chosen;
      if (pages.length >= store.pages.length) {
        toast(t("A document needs one page at least."), { tone: "error" });
        return;
      }
      const sure = await ask({
        title: pages.length === 1 ? t("Delete this page?") : t("Delete {count} pages?", { count: pages.length }),
        text: t("What is drawn on them goes too. Versions and the original file keep them."),
        ok: t("Delete"),
        danger: true,
      });
      if (sure) await operate([{ op: "delete", pages }]);
    },
    "insert-blank"() {
      const page = current();
      const turned = quarterTurn(page.rotation) % 180 !== 0;
      const [width, height] = turned ? [page.height, page.width] : [page.width, page.height];
      return operate([{ op: "insert_blank", before: after(), width, height }]);
    },
    async "insert-from"() {
      try {
        const picked = await pickPdf(insertDialog, store.project.asset);
        if (!picked) return;
        toast(t("Inserting the pages…"));
        await operate([{ op: "insert_from", ...picked, before: after() }]);
      } catch (error) {
        toastError(error);
      }
    },
    async split() {
      const count = store.pages.length;
      if (count < 2) {
        toast(t("This PDF has one page: there is nothing to split."));
        return;
      }
      const answer = await ask({
        title: t("Split into several PDFs"),
        text: t("Write the pages of each part, and a semicolon between the parts. Each becomes a PDF of its own; this one stays."),
        ok: t("Split"),
        input: { label: t("Parts"), value: `1-${Math.ceil(count / 2)}; ${Math.ceil(count / 2) + 1}-${count}` },
      });
      if (!answer) return;
      const parts = answer.split(";").map((part) => part.trim()).filter(Boolean).map((part) => parseRanges(part, count));
      if (parts.length === 0 || parts.includes(null)) {
        toast(t("Write the parts such as 1-3; 4-{count}.", { count }), { tone: "error" });
        return;
      }
      try {
        await editor.save();
        const ranges = parts.map((numbers) => numbers.map((number) => store.pages[number - 1].id));
        await api(`pdf-projects/${store.project.id}/split/`, { method: "POST", body: { ranges } });
        toast(t("{count} PDFs were made.", { count: parts.length }), {
          tone: "success", action: { label: t("Show them"), run: () => location.assign("/pdf/") },
        });
      } catch (error) {
        toastError(error);
      }
    },
  };
}
