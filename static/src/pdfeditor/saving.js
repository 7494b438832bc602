/** Ties the save queue, this browser's memory and the store of the editor together. */
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { toast, toastError } from "../shared/toasts.js";
import { History } from "./history.js";
import { pictureSize, sendFile } from "./images.js";
import { localDatabase } from "./local_database.js";
import { Pictures } from "./pictures.js";
import { SaveQueue } from "./save_queue.js";
import { newId } from "../shared/ids.js";

const PAGE_SIZE = 1_000;
const MOST_ASKED = 40;
const PICTURE_MS = 30_000;

export class Saving {
  /** @param {{projectId: string, onState: (state: string, reason?: string) => void}} options */
  constructor({ projectId, onState }) {
    this.path = `pdf-projects/${projectId}/annotations/`;
    this.local = localDatabase(projectId);
    this.history = new History({ keeper: this.local.history });
    this.pictures = new Pictures({
      keeper: this.local.pictures,
      measure: pictureSize,
      send: (blob) =>
        sendFile(`pdf-projects/${projectId}/images/`, blob, "image", {
          signal: AbortSignal.timeout(PICTURE_MS),
        }),
    });
    this.queue = new SaveQueue({
      keeper: this.local.pending,
      send: (batch) => this.#send(batch),
      onState: (state, error) => {
        onState(state, error?.message);
        if (state === "refused" && error instanceof Error) toastError(error);
      },
      onSaved: (annotation) => this.#saved(annotation),
      onConflict: (conflict) => this.#conflict(conflict),
      onRefused: (_, error) => {
        const reason = error.detail ?? error.message ?? t("The server did not take it.");
        toast(t("One annotation is not saved: {reason}", { reason }), { tone: "error" });
      },
    });
  }

  /** This page among those that edit the same file. */
  #editor = newId();
  #sent = new Map();
  #missed = new Set();

  async #send(batch) {
    await this.pictures.sendFor([...batch.create, ...batch.update]);
    for (const { id } of Object.values(batch).flat()) this.#sent.set(id, Date.now());
    return api(`${this.path}bulk/`, {
      method: "POST", body: batch, headers: { "X-Editor": this.#editor }, keepalive: isSmall(batch),
    });
  }

  /** What the server said of it since then may be older than what we made of it. */
  #isOurs(id, since) {
    return this.queue.isWaiting(id) || (this.#sent.get(id) ?? -Infinity) >= since;
  }

  /** @param {{ids: string[], editor?: string}} news of another tab or device, or of this one */
  async changedElsewhere({ ids, editor }) {
    if (editor === this.#editor) return;
    const news = ids.filter((id) => !this.queue.isWaiting(id));
    // Ours may be there before or after theirs: ask when it has arrived.
    for (const id of ids) if (this.queue.isWaiting(id)) this.#missed.add(id);
    if (news.length === 0) return;
    try {
      if (news.length > MOST_ASKED) await this.#loadAll();
      else await Promise.all(news.map((id) => this.#loadOne(id)));
    } catch (error) {
      toastError(error);
    }
  }

  #saved(annotation) {
    const { id } = annotation;
    if (this.store.get(id)) this.#keepServerFields(annotation);
    if (this.#missed.delete(id)) void this.changedElsewhere({ ids: [id] });
  }

  async #loadOne(id) {
    const began = Date.now();
    try {
      const annotation = await api(`${this.path}${id}/`);
      if (this.#isOurs(id, began)) return;
      this.queue.know(annotation);
      this.store.load([annotation]);
    } catch (error) {
      if (error.status !== 404) throw error;
      if (this.#isOurs(id, began)) return;
      this.queue.forget(id);
      this.store.unload([id]);
    }
  }

  /** Addresses of pictures expire. */
  async refresh() {
    await this.#loadAll();
  }

  async #loadAll() {
    const began = Date.now();
    const seen = new Set();
    let next = `${this.path}?page_size=${PAGE_SIZE}`;
    while (next) {
      const answer = await api(next);
      const settled = answer.results.filter(({ id }) => !this.#isOurs(id, began));
      for (const { id } of answer.results) seen.add(id);
      for (const annotation of settled) this.queue.know(annotation);
      this.store.load(settled);
      const page = answer.next && new URL(answer.next, location.href);
      next = page && page.pathname + page.search;
    }
    const gone = this.store.all.filter(({ id }) => !seen.has(id) && !this.#isOurs(id, began));
    this.store.unload(gone.map(({ id }) => id));
  }

  /** @param {import("./document_store.js").DocumentStore} store */
  attach(store) {
    this.store = store;
    store.onKept = () => toast(t("This was changed elsewhere meanwhile. What others did stays."));
    store.onEdit = (id, annotation) => this.queue.change(id, annotation);
  }

  /** What only the server knows, such as the author, without drawing anything anew. */
  #keepServerFields(saved) {
    const shown = this.store.get(saved.id);
    shown.author = saved.author;
    shown.revision = saved.revision;
    if (saved.image_url) shown.image_url = saved.image_url;
  }

  #conflict({ id, ours, theirs, shown }) {
    if (shown) this.store.load([shown]);
    if (ours === null) {
      toast(t("An annotation that you deleted was changed elsewhere, so it stays."));
    } else if (theirs) {
      this.store.remember(t("Keep mine"), id, theirs);
      toast(t("Someone changed the same annotation. Yours is shown; undo brings theirs."), {
        action: { label: t("Use theirs"), run: () => this.store.undo() },
      });
    }
  }

  #pending = null;

  /**
   * What this browser remembers, read once. The pages are shown after it: steps of
   * an earlier visit must lie below those that are made now.
   */
  remembered() {
    this.#pending ??= this.#remember();
    return this.#pending;
  }

  async #remember() {
    const isFirst = await isFirstTab(this.path);
    if (!isFirst) this.history.keepNothing();
    const [{ steps, cursor }, pending, pictures] = await Promise.all([
      isFirst ? this.local.history.all() : { steps: [], cursor: 0 }, this.local.pending.all(), this.pictures.restore(),
    ]);
    this.history.restore(steps, cursor);
    for (const { annotation } of pending) {
      const url = pictures.get(annotation?.image);
      if (url) annotation.image_url = url;
    }
    return pending;
  }

  /** Loads all annotations, then what this browser had not sent. */
  async load() {
    const pending = await this.remembered();
    this.#pending = Promise.resolve([]);
    await this.#loadAll();
    this.store.historyRestored();
    if (pending.length > 0) {
      this.store.load(pending.map(({ annotation }) => annotation).filter(Boolean));
      this.store.unload(pending.filter(({ annotation }) => !annotation).map(({ id }) => id));
      this.queue.restore(pending);
      toast(t("Edits that had not been sent were found in this browser and are being saved."));
    }
  }

  /** After the server put another state in place: ours starts from it. */
  async reload() {
    this.store.unload(this.store.all.map(({ id }) => id));
    this.history.forget();
    this.#pending = Promise.resolve([]);
    this.store.historyRestored();
    await this.load();
  }
}

/** Browsers carry on with small requests after the page is closed. */
const isSmall = (batch) => JSON.stringify(batch).length < 50_000;

const FIRST_TAB_MS = 150;
// The page that is reloaded may not have let go yet.
const RELOADED_MS = 1_000;

/**
 * One tab of this browser keeps the history of a file: steps of two would be mixed, and
 * undo after a reload would take back what the other did. Held until the page goes.
 */
async function isFirstTab(name) {
  if (!navigator.locks) return true;
  const [entry] = performance.getEntriesByType("navigation");
  const wait = entry?.type === "reload" ? RELOADED_MS : FIRST_TAB_MS;
  return new Promise((resolve) => {
    navigator.locks
      .request(`history ${name}`, { signal: AbortSignal.timeout(wait) }, () => {
        resolve(true);
        return new Promise(() => {});
      })
      .catch(() => resolve(false));
  });
}
