/** Entry of the library page. */
import { Controller } from "@hotwired/stimulus";
import { application } from "../shared/application.js";
import { API, EVENTS } from "../shared/constants.js";
import { fromTemplate, show } from "../shared/dom.js";
import { api, pageData } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { toast, toastError } from "../shared/toasts.js";
import { deleteAsset, makeProject, renameAsset, reprocessAsset } from "./asset_actions.js";
import { fillCard, isWorking } from "./asset_card.js";
import { bindLinkForm } from "./link_form.js";
import { describeTotals, UploadList } from "./upload_list.js";
import { uploadFiles, uploads } from "./uploads_of_page.js";

class LibraryController extends Controller {
  static targets = [
    "picker", "filled", "empty", "emptyTitle", "uploads", "uploadsSum", "uploadList",
    "grid", "more", "cardTemplate",
  ];

  static values = { next: String };

  connect() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    this.assets = new Map();
    for (const asset of pageData().assets ?? []) this.put(asset, { at: "end" });
    this.list = new UploadList({
      list: this.uploadListTarget,
      manager: uploads,
      painted: (items) => {
        show(this.uploadsTarget, items.length > 0);
        this.uploadsSumTarget.textContent = describeTotals(items);
      },
    });
    this.unwatch = uploads.watch((finished) => finished && this.arrived(finished));
    for (const form of this.element.querySelectorAll("[data-link-form]")) {
      bindLinkForm(form, () => this.fetching());
    }
    document.addEventListener(EVENTS.ASSET, (event) => this.put(event.detail), { signal });
    document.addEventListener(EVENTS.RESYNC, () => this.refresh(), { signal });
    this.gridTarget.addEventListener("click", (event) => this.press(event), { signal });
    this.paintEmpty();
  }

  disconnect() {
    this.leaving.abort();
    this.list.unwatch();
    this.unwatch();
  }

  pick() {
    this.pickerTarget.click();
  }

  picked() {
    uploadFiles([...this.pickerTarget.files]);
    this.pickerTarget.value = "";
  }

  arrived(upload) {
    if (!upload.assetId) return;
    const known = this.assets.get(upload.assetId);
    if (typeof upload.asset === "object") this.put({ ...known, ...upload.asset });
    else this.reload(upload.assetId);
  }

  async reload(id) {
    try {
      this.put(await api(`assets/${id}/`));
    } catch (error) {
      toastError(error);
    }
  }

  fetching() {
    toast(t("Fetching the video. It appears here when it has arrived."), {
      tone: "success",
      action: { label: t("Downloads"), run: () => location.assign("/downloads/") },
    });
  }

  /** Adds an asset or brings its card up to date. */
  put(asset, { at = "start" } = {}) {
    if (asset.is_deleted || asset.status === "deleted") {
      this.drop(asset.id);
      return;
    }
    const merged = { ...this.assets.get(asset.id), ...asset };
    // Until its bytes have arrived, an upload is shown in the list above.
    if (merged.status === "pending_upload" && !this.card(asset.id)) return;
    this.assets.set(asset.id, merged);
    let card = this.card(asset.id);
    if (!card) {
      card = fromTemplate(this.cardTemplateTarget);
      if (at === "start") this.gridTarget.prepend(card);
      else this.gridTarget.append(card);
    }
    fillCard(card, merged);
    if (this.list) this.paintEmpty();
  }

  card(id) {
    return this.gridTarget.querySelector(`[data-asset="${CSS.escape(id)}"]`);
  }

  drop(id) {
    this.assets.delete(id);
    this.card(id)?.remove();
    this.paintEmpty();
  }

  paintEmpty() {
    const filled = this.gridTarget.childElementCount > 0;
    show(this.filledTarget, filled);
    show(this.emptyTarget, !filled);
    show(this.emptyTitleTarget, !filled);
  }

  /** After a gap in the events: ask for the newest page and whatever was at work. */
  async refresh() {
    try {
      const { results } = await api("assets/");
      for (const asset of [...results].reverse()) this.put(asset);
      const fresh = new Set(results.map((asset) => asset.id));
      const stale = [...this.assets.values()].filter(
        (asset) => isWorking(asset) && !fresh.has(asset.id),
      );
      for (const asset of stale.slice(0, 20)) await this.reload(asset.id);
    } catch {
      // The next event or resync brings the rest.
    }
  }

  async loadMore(event) {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      const next = this.nextValue;
      // Either the whole address of the next page or only its cursor.
      const path = /^(https?:|\/)/.test(next)
        ? new URL(next, location.href)
        : new URL(`${API}assets/?cursor=${encodeURIComponent(next)}`, location.href);
      const page = await api(path.pathname + path.search);
      for (const asset of page.results) this.put(asset, { at: "end" });
      this.nextValue = page.next ?? "";
      show(this.moreTarget, this.nextValue !== "");
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  }

  async press(event) {
    const button = event.target.closest("[data-do]");
    if (!button || button.dataset.do === "original") return;
    const asset = this.assets.get(button.closest("[data-asset]").dataset.asset);
    const actions = {
      project: () => makeProject(asset),
      rename: async () => {
        const renamed = await renameAsset(asset);
        if (renamed) this.put(renamed);
      },
      delete: async () => {
        if (await deleteAsset(asset, (restored) => this.put(restored))) this.drop(asset.id);
      },
      reprocess: async () => {
        await reprocessAsset(asset);
        this.put({ ...asset, status: "processing", last_error: null });
      },
    };
    button.disabled = true;
    try {
      await actions[button.dataset.do]?.();
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  }
}

application.register("library", LibraryController);
