/** The first step of a new dub: a video of the library, or an address. */
import { field, fromTemplate, setText, show } from "../shared/dom.js";
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { formatDuration } from "../shared/time.js";
import { toastError } from "../shared/toasts.js";
import { complaintAbout } from "../uploads/link_form.js";

const SEARCH_AFTER_MS = 250;

export class SourceStep {
  #parts;
  #changed;
  #searching = null;
  #asking = null;
  #found = null;

  /**
   * @param {{form: HTMLFormElement, picks: Element, pick: HTMLTemplateElement,
   *   noPicks: Element, search: HTMLInputElement, look: HTMLButtonElement,
   *   found: Element, linkError: Element, library: Element, link: Element}} parts
   * @param {() => void} changed
   */
  constructor(parts, changed) {
    this.#parts = parts;
    this.#changed = changed;
    parts.search.addEventListener("input", (event) => {
      event.stopPropagation();
      clearTimeout(this.#searching);
      this.#searching = setTimeout(() => this.fill(), SEARCH_AFTER_MS);
    });
    parts.search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
  }

  /** What the API wants: {asset} or {source_url}; null while nothing is chosen. */
  get source() {
    const { form } = this.#parts;
    if (form.elements.origin.value === "asset") {
      const asset = this.#chosen;
      return asset ? { asset } : null;
    }
    const url = form.elements.url.value.trim();
    return complaintAbout(url) === null ? { source_url: url } : null;
  }

  /** The length of what is chosen, null while it is not known. */
  get durationMs() {
    const { form } = this.#parts;
    const url = form.elements.url.value.trim();
    return this.#found?.url === url ? this.#found.duration_ms : null;
  }

  get #chosen() {
    return this.#parts.picks.querySelector("input:checked")?.value ?? "";
  }

  paint() {
    const fromLibrary = this.#parts.form.elements.origin.value === "asset";
    show(this.#parts.library, fromLibrary);
    show(this.#parts.link, !fromLibrary);
    const { form, found } = this.#parts;
    show(found, this.#found !== null && this.#found.url === form.elements.url.value.trim());
  }

  /** @param {string} [wanted] an asset to show first and choose */
  async fill(wanted = this.#chosen) {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    const words = this.#parts.search.value.trim();
    const query = new URLSearchParams({ kind: "video", page_size: "48" });
    if (words) query.set("search", words);
    try {
      const { results } = await api(`assets/?${query}`, { signal: asking.signal });
      // Something may have been chosen while this was asked for.
      const kept = this.#chosen || wanted;
      const first = kept && !results.some(({ id }) => id === kept) ? await this.#ask(kept) : null;
      this.#show(first ? [first, ...results] : results, { wanted: kept, words });
    } catch (error) {
      toastError(error);
    }
  }

  async #ask(id) {
    try {
      return await api(`assets/${encodeURIComponent(id)}/`);
    } catch {
      return null;
    }
  }

  #show(found, { wanted, words }) {
    const { picks, noPicks } = this.#parts;
    const usable = found.filter(({ status }) => status !== "failed" && status !== "pending_upload");
    picks.replaceChildren(...usable.map((asset) => this.#choice(asset, wanted)));
    if (wanted) picks.querySelector("input:checked")?.scrollIntoView({ block: "nearest" });
    show(noPicks, usable.length === 0);
    noPicks.textContent = words
      ? t("No video matches “{words}”.", { words })
      : t("There is no video in your library yet. Upload one there, or choose Link above.");
    this.#changed();
  }

  #choice(asset, wanted) {
    const choice = fromTemplate(this.#parts.pick);
    const input = choice.querySelector("input");
    input.value = asset.id;
    input.checked = asset.id === wanted;
    const isSilent = asset.facts && !asset.audio_codec;
    input.disabled = Boolean(isSilent);
    choice.classList.toggle("is-disabled", Boolean(isSilent));
    setText(choice, "title", isSilent ? t("{title} (no sound)", { title: asset.title }) : asset.title);
    setText(choice, "duration", formatDuration(asset.duration_ms));
    show(field(choice, "duration"), Boolean(asset.duration_ms));
    if (asset.poster_url) field(choice, "poster").src = asset.poster_url;
    show(field(choice, "poster"), Boolean(asset.poster_url));
    return choice;
  }

  complain(text) {
    const { linkError, form } = this.#parts;
    linkError.textContent = text ?? "";
    show(linkError, Boolean(text));
    if (text) form.elements.url.focus();
  }

  /** Asks the server what is at the address, for its title and length. */
  async look() {
    const { form, look, found } = this.#parts;
    const url = form.elements.url.value.trim();
    const complaint = complaintAbout(url);
    this.complain(complaint);
    if (complaint) return;
    look.disabled = true;
    look.textContent = t("Looking…");
    try {
      const { video } = await api("downloads/inspect/", { method: "POST", body: { url } });
      if (!video) {
        this.complain(t("This is a list of videos. Give the address of one of them."));
        return;
      }
      this.#found = { url, duration_ms: video.duration_ms ?? null };
      setText(found, "title", video.title || url);
      setText(found, "facts", formatDuration(video.duration_ms) || t("Length not known"));
      const picture = field(found, "poster");
      if (video.thumbnail) picture.src = video.thumbnail;
      show(picture, Boolean(video.thumbnail));
      this.#changed();
    } catch (error) {
      this.complain(error.errors?.[0]?.message ?? error.message);
    } finally {
      look.disabled = false;
      look.textContent = t("Look");
    }
  }
}
