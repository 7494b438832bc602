/** Entry of the library page. */
import { Controller } from "@hotwired/stimulus";
import { application } from "../shared/application.js";
import { EVENTS } from "../shared/constants.js";
import { fromTemplate, show } from "../shared/dom.js";
import { catchUp } from "../shared/heard.js";
import { api, pageData } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { toast, toastError } from "../shared/toasts.js";
import { fillCard, isWorking } from "./asset_card.js";
import { doToMany } from "./bulk_bar.js";
import { greetDeleted } from "./asset_actions.js";
import { actionsOf } from "./card_actions.js";
import { FilterBar } from "./filter_bar.js";
import { addressOf, cursorOf, isFiltered, NO_FILTERS, pageOf, readFilters, takesNew } from "./filters.js";
import { bindLinkForm } from "./link_form.js";
import { SelectionBar } from "./selection_bar.js";
import { describeTotals, UploadList } from "./upload_list.js";
import { uploadFiles, uploads } from "./uploads_of_page.js";
import { paintUsage } from "./usage_line.js";

const VIEW_KEY = "streamfetch.library.view";

class LibraryController extends Controller {
  static targets = [
    "picker", "filled", "empty", "emptyTitle", "uploads", "uploadsSum", "uploadList",
    "grid", "more", "cardTemplate", "filters", "heading", "usage", "quota", "nothing",
    "nothingText", "bulk", "bulkCount", "toBin",
  ];

  static values = { next: String };

  connect() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    this.assets = new Map();
    this.selection = new SelectionBar({
      grid: this.gridTarget,
      bar: this.bulkTarget,
      count: this.bulkCountTarget,
      inBin: () => this.inBin,
      signal,
    });
    this.filters = { ...NO_FILTERS };
    this.bar = new FilterBar(this.filtersTarget, (changes) => this.filter(changes));
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
    greetDeleted((restored) => this.put(restored));
    document.addEventListener(EVENTS.ASSET, (event) => this.heard(event.detail), { signal });
    document.addEventListener(EVENTS.RESYNC, () => this.refresh(), { signal });
    this.gridTarget.addEventListener("click", (event) => this.press(event), { signal });
    addEventListener("popstate", () => this.follow(), { signal });
    this.look({ view: localStorage.getItem(VIEW_KEY) });
    this.paintEmpty();
    this.paintUsage();
    this.bar.paint(this.filters);
    if (location.search) this.follow();
    if ([...this.assets.values()].some(isWorking)) catchUp(() => this.refresh(), { signal });
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
    this.paintUsage();
    if (!takesNew(this.filters)) return;
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

  get inBin() {
    return this.filters.deleted === "true";
  }

  /** Shows what the address says. */
  follow() {
    this.filters = readFilters(location.search);
    this.load();
  }

  /** @param {Partial<typeof NO_FILTERS>} changes chosen in the bar */
  filter(changes) {
    const next = { ...this.filters, ...changes };
    const address = addressOf(next);
    if (address === addressOf(this.filters)) return;
    const typing = next.search !== this.filters.search;
    this.filters = next;
    // Every letter typed would be a step back otherwise.
    history[typing ? "replaceState" : "pushState"](null, "", location.pathname + address);
    this.load();
  }

  goTo(event) {
    this.filter({ ...NO_FILTERS, deleted: event.currentTarget.dataset.place });
  }

  /** Grid or list, remembered in this browser. */
  look({ view, currentTarget }) {
    const chosen = (currentTarget?.dataset.view ?? view) === "list" ? "list" : "grid";
    this.gridTarget.classList.toggle("media-list", chosen === "list");
    localStorage.setItem(VIEW_KEY, chosen);
    for (const button of this.filtersTarget.querySelectorAll("[data-view]")) {
      button.setAttribute("aria-pressed", String(button.dataset.view === chosen));
    }
  }

  /** The first page of what is asked for, in place of what is shown. */
  async load() {
    this.bar.paint(this.filters);
    for (const button of this.filtersTarget.querySelectorAll("[data-place]")) {
      button.setAttribute("aria-pressed", String(button.dataset.place === this.filters.deleted));
    }
    const turn = (this.turn = (this.turn ?? 0) + 1);
    this.gridTarget.setAttribute("aria-busy", "true");
    try {
      const page = await api(pageOf(this.filters));
      if (turn !== this.turn) return;
      this.assets.clear();
      this.gridTarget.replaceChildren();
      for (const asset of page.results) this.put(asset, { at: "end" });
      this.nextValue = cursorOf(page.next);
      show(this.moreTarget, this.nextValue !== "");
      this.paintEmpty();
      this.selection.clear();
    } catch (error) {
      toastError(error);
    } finally {
      if (turn === this.turn) this.gridTarget.removeAttribute("aria-busy");
    }
  }

  paintUsage() {
    return paintUsage({ line: this.usageTarget, quota: this.quotaTarget, toBin: this.toBinTarget });
  }

  /** An event about an asset: of this view or of another. */
  heard(asset) {
    const gone = Boolean(asset.is_deleted);
    if (gone !== this.inBin) this.drop(asset.id);
    else if (!gone && (this.card(asset.id) || takesNew(this.filters))) this.put(asset);
  }

  /** Adds an asset or brings its card up to date. */
  put(asset, { at = "start" } = {}) {
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
    fillCard(card, merged, { inBin: this.inBin });
    if (this.list) this.paintEmpty();
  }

  card(id) {
    return this.gridTarget.querySelector(`[data-asset="${CSS.escape(id)}"]`);
  }

  drop(id) {
    this.assets.delete(id);
    this.card(id)?.remove();
    this.selection.drop(id);
    this.paintEmpty();
  }

  paintEmpty() {
    const filled = this.gridTarget.childElementCount > 0;
    const filtered = isFiltered(this.filters);
    show(this.filledTarget, filled || filtered);
    show(this.emptyTarget, !filled && !filtered);
    show(this.emptyTitleTarget, !filled && !filtered);
    show(this.nothingTarget, !filled && filtered);
    const onlyBin = addressOf(this.filters) === "?deleted=true";
    this.nothingTextTarget.textContent = onlyBin
      ? t("The bin is empty.")
      : t("Nothing fits what you are looking for.");
  }

  selectAll() {
    this.selection.all();
  }

  unselect() {
    this.selection.clear();
  }

  async bulk(event) {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      await this.doTo(button.dataset.bulk, this.selection.ids);
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  }

  async doTo(action, ids) {
    const done = await doToMany(action, ids, (id) => this.assets.get(id)?.title ?? "");
    for (const id of done) this.drop(id);
    if (done.length > 0) this.paintUsage();
  }

  /** After a gap in the events: ask for the first page and whatever was at work. */
  async refresh() {
    try {
      const { results } = await api(pageOf(this.filters));
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
      const page = await api(pageOf(this.filters, cursorOf(this.nextValue)));
      for (const asset of page.results) this.put(asset, { at: "end" });
      this.nextValue = cursorOf(page.next);
      show(this.moreTarget, this.nextValue !== "");
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  }

  /** @returns {boolean} whether a click was about selecting or a tag */
  pressCard(event) {
    const id = event.target.closest("[data-asset]")?.dataset.asset;
    const { tag } = event.target.dataset;
    const picture = event.target.closest(".poster, .media-title a");
    const isSelecting = event.target.matches("[data-select]");
    if (tag && !this.inBin) {
      event.preventDefault();
      this.filter({ tag });
    } else if (isSelecting) {
      this.selection.select(id, event);
    } else if (picture && (event.shiftKey || event.ctrlKey || event.metaKey || this.selection.size > 0)) {
      event.preventDefault();
      this.selection.select(id, event);
    }
    return Boolean(tag || isSelecting);
  }

  async press(event) {
    if (this.pressCard(event)) return;
    const button = event.target.closest("[data-do]");
    if (!button || button.dataset.do === "original") return;
    const asset = this.assets.get(button.closest("[data-asset]").dataset.asset);
    button.disabled = true;
    try {
      await actionsOf(asset, this)[button.dataset.do]?.();
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  }
}

application.register("library", LibraryController);
