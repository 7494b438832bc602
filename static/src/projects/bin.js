/** The media bin: what the library holds, to be searched, dragged and inserted. */
import { EVENTS } from "../shared/constants.js";
import { startDrag } from "../shared/drag.js";
import { field, fromTemplate, setText, show } from "../shared/dom.js";
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { formatDuration } from "../shared/time.js";
import { toastError } from "../shared/toasts.js";

const SEARCH_MS = 250;
const KINDS = new Set(["video", "audio", "image"]);

export class MediaBin {
  #next = null;
  #timer = 0;
  #asked = 0;

  /**
   * @param {{root: HTMLElement, assets: Record<string, object>,
   *   insert: (asset: object, place?: object) => Promise<void>,
   *   dragging: {move: (asset: object, event: PointerEvent) => boolean,
   *     drop: (asset: object, event: PointerEvent, kept: boolean) => void}}} parts
   */
  constructor({ root, assets, insert, dragging }) {
    Object.assign(this, { root, assets, insert, dragging });
    const part = (name) => root.querySelector(`[data-bin="${name}"]`);
    Object.assign(this, {
      search: part("search"), list: part("list"), empty: part("empty"), more: part("more"),
      template: part("template"),
    });
    this.search.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.load(), SEARCH_MS);
    });
    this.more.addEventListener("click", () => void this.load({ more: true }));
    this.list.addEventListener("pointerdown", (event) => this.#press(event));
    this.list.addEventListener("dblclick", (event) => this.#insert(event.target));
    this.list.addEventListener("click", (event) => {
      if (event.target.closest("[data-bin-insert]")) this.#insert(event.target);
    });
    this.list.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.closest("button")) return;
      event.preventDefault();
      this.#insert(event.target);
    });
    this.#show(Object.values(assets).filter((asset) => asset.status === "ready"));
    document.addEventListener(EVENTS.ASSET, ({ detail }) => this.#arrived(detail));
  }

  async load({ more = false } = {}) {
    const turn = ++this.#asked;
    const words = this.search.value.trim();
    const query = new URLSearchParams({ status: "ready" });
    if (words) query.set("search", words);
    try {
      const page = await api(more && this.#next ? this.#next : `assets/?${query}`);
      if (turn !== this.#asked) return;
      for (const asset of page.results) this.assets[asset.id] ??= asset;
      this.#next = page.next ? new URL(page.next, location.href).pathname + new URL(page.next, location.href).search : null;
      this.#show(page.results, { keep: more });
    } catch (error) {
      toastError(error);
    }
  }

  #show(assets, { keep = false } = {}) {
    const items = assets.filter((asset) => KINDS.has(asset.kind)).map((asset) => this.#make(asset));
    if (keep) this.list.append(...items);
    else this.list.replaceChildren(...items);
    show(this.empty, this.list.children.length === 0);
    show(this.more, Boolean(this.#next));
  }

  #make(asset) {
    const item = fromTemplate(this.template);
    item.dataset.asset = asset.id;
    item.dataset.kind = asset.kind;
    item.title = t("Drag it to the timeline, or press Enter to insert it at the playhead");
    setText(item, "title", asset.title);
    item.setAttribute("aria-label", asset.title);
    setText(item, "duration", asset.kind === "image" ? t("Picture") : formatDuration(asset.duration_ms));
    if (asset.poster_url) field(item, "poster").src = asset.poster_url;
    show(field(item, "poster"), Boolean(asset.poster_url));
    return item;
  }

  #arrived(asset) {
    if (asset.status !== "ready" || asset.is_deleted || this.search.value.trim()) return;
    this.assets[asset.id] = asset;
    const isKnown = [...this.list.children].some((item) => item.dataset.asset === asset.id);
    if (isKnown || !KINDS.has(asset.kind)) return;
    this.list.prepend(this.#make(asset));
    show(this.empty, false);
  }

  #assetOf(element) {
    return this.assets[element.closest("[data-asset]")?.dataset.asset];
  }

  #insert(element) {
    const asset = this.#assetOf(element);
    if (asset) void this.insert(asset);
  }

  #press(event) {
    const asset = this.#assetOf(event.target);
    if (!asset || event.button !== 0 || event.target.closest("[data-bin-insert]")) return;
    if (event.pointerType === "touch") return;
    event.target.closest("[data-asset]").focus();
    const ghost = document.createElement("div");
    ghost.className = "bin-ghost";
    ghost.textContent = asset.title;
    startDrag(event, {
      move: (_dx, _dy, now) => {
        if (!ghost.isConnected) document.body.append(ghost);
        ghost.style.transform = `translate(${now.clientX + 12}px, ${now.clientY + 8}px)`;
        ghost.hidden = this.dragging.move(asset, now);
        this.last = now;
      },
      end: (kept) => {
        ghost.remove();
        if (this.last) this.dragging.drop(asset, this.last, kept);
        this.last = null;
      },
    });
  }
}
