/**
 * Brings edits to the server, annotation by annotation, and keeps them until
 * they are there.
 *
 * state: saved -> waiting -> saving -> saved
 *        saving -> offline (tries again by itself) | refused
 *
 * For each id there is what the server has (`base`, with its revision) and what
 * is wanted. A conflict is merged field by field; where both sides changed the
 * same field ours is shown and theirs is handed out, so that neither is lost.
 */
import { isTransient } from "../shared/http.js";
import { SERVER_FIELDS, sameContent, sameValue } from "./kinds.js";

const QUIET_MS = 350;
const RETRY_MS = [2_000, 4_000, 8_000, 15_000];
const MOST_AT_ONCE = 200;

const OK = [200, 201, 204];

export class SaveQueue {
  #send;
  #keeper;
  #timers;
  #onState;
  #onSaved;
  #onConflict;
  #onRefused;
  #base = new Map();
  #wanted = new Map();
  #refused = new Map();
  #timer = null;
  #running = null;
  #draining = null;
  #failures = 0;

  /**
   * @param {{send: (batch: {create: object[], update: object[], delete: object[]}) =>
   *     Promise<{results: object[]}>,
   *   keeper?: {put: (id: string, entry: object) => void, drop: (id: string) => void},
   *   onState?: (state: string, error?: Error) => void,
   *   onSaved?: (annotation: object) => void,
   *   onConflict?: (conflict: {id: string, ours: object | null, theirs: object | null,
   *     shown: object | null}) => void,
   *   onRefused?: (id: string, error: object) => void,
   *   timers?: Pick<typeof globalThis, "setTimeout" | "clearTimeout">}} options
   */
  constructor({
    send,
    keeper = { put() {}, drop() {} },
    onState = () => {},
    onSaved = () => {},
    onConflict = () => {},
    onRefused = () => {},
    timers = globalThis,
  }) {
    this.state = "saved";
    this.#send = send;
    this.#keeper = keeper;
    this.#onState = onState;
    this.#onSaved = onSaved;
    this.#onConflict = onConflict;
    this.#onRefused = onRefused;
    this.#timers = timers;
  }

  get dirty() {
    return this.#wanted.size > 0;
  }

  isWaiting(id) {
    return this.#wanted.has(id);
  }

  /** Tells what the server has. */
  know(annotation) {
    this.#base.set(annotation.id, annotation);
  }

  forget(id) {
    this.#base.delete(id);
  }

  /** Edits of an earlier visit that never arrived. */
  restore(entries) {
    for (const { id, annotation, base } of entries) {
      if (base && !this.#base.has(id)) this.#base.set(id, base);
      else if (base && this.#base.get(id)?.revision !== base.revision) {
        // The server went on meanwhile: sending our base provokes the conflict.
        this.#base.set(id, base);
      }
      this.#wanted.set(id, annotation);
    }
    if (this.dirty) this.#schedule(QUIET_MS);
  }

  /** @param {string} id @param {object | null} annotation null deletes it */
  change(id, annotation) {
    const base = this.#base.get(id) ?? null;
    this.#refused.delete(id);
    if (!this.#running && (annotation === base || (annotation && sameContent(annotation, base)))) {
      this.#wanted.delete(id);
      this.#keeper.drop(id);
      if (!this.dirty) this.#become("saved");
      return;
    }
    this.#wanted.set(id, annotation);
    this.#keeper.put(id, { id, annotation, base });
    this.#become("waiting");
    this.#schedule(QUIET_MS);
  }

  /** Sends now. Resolves to whether the server has everything. */
  async flush() {
    this.#timers.clearTimeout.call(globalThis, this.#timer);
    // Two at once would send the same edits twice and quarrel with themselves.
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = null;
    });
    return this.#draining;
  }

  async #drain() {
    while (this.#sendable().length > 0) {
      this.#running = this.#sendOnce().finally(() => {
        this.#running = null;
      });
      if (!(await this.#running)) return false;
    }
    return !this.dirty;
  }

  #become(state, error) {
    this.state = state;
    this.#onState(state, error);
  }

  #schedule(ms) {
    this.#timers.clearTimeout.call(globalThis, this.#timer);
    this.#timer = this.#timers.setTimeout.call(globalThis, () => void this.flush(), ms);
  }

  #sendable() {
    return [...this.#wanted].filter(([id]) => !this.#refused.has(id)).slice(0, MOST_AT_ONCE);
  }

  #batchOf(entries) {
    const batch = { create: [], update: [], delete: [] };
    for (const [id, annotation] of entries) {
      const base = this.#base.get(id);
      if (annotation === null) {
        if (base) batch.delete.push({ id, revision: base.revision });
        else this.#done(id, null);
      } else if (base) {
        batch.update.push({ ...plain(annotation), id, revision: base.revision });
      } else {
        batch.create.push({ ...plain(annotation), id });
      }
    }
    return batch;
  }

  async #sendOnce() {
    const entries = this.#sendable();
    const batch = this.#batchOf(entries);
    const sent = new Map(entries);
    if (Object.values(batch).every((list) => list.length === 0)) {
      this.#settle();
      return true;
    }
    this.#become("saving");
    try {
      const { results } = await this.#send(batch);
      this.#failures = 0;
      for (const result of results) this.#take(result, sent.get(result.id) ?? null);
    } catch (error) {
      this.#failed(error, entries);
      return false;
    }
    this.#settle();
    return true;
  }

  #settle() {
    if (!this.dirty) this.#become("saved");
    else if (this.#sendable().length > 0) this.#become("waiting");
    else this.#become("refused", [...this.#refused.values()][0]);
  }

  #failed(error, entries) {
    if (isTransient(error)) {
      const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
      this.#failures += 1;
      this.#become("offline", error);
      this.#schedule(wait);
      return;
    }
    for (const [id] of entries) this.#refused.set(id, error);
    this.#become("refused", error);
  }

  #take({ id, status, annotation, error }, sent) {
    if (OK.includes(status)) {
      this.#done(id, sent, annotation);
    } else if (status === 409) {
      this.#resolve(id, sent, annotation ?? error?.current ?? null);
    } else if (status === 404) {
      this.#goneElsewhere(id, sent);
    } else {
      this.#refused.set(id, error ?? { status });
      this.#onRefused(id, error ?? { status });
    }
  }

  #done(id, sent, annotation) {
    if (sent === null) this.#base.delete(id);
    else this.#base.set(id, annotation ?? { ...sent });
    // Changed again while it was on its way: it stays wanted.
    if (Object.is(this.#wanted.get(id) ?? null, sent)) {
      this.#wanted.delete(id);
      this.#keeper.drop(id);
      if (annotation) this.#onSaved(annotation);
    } else if (this.#wanted.has(id)) {
      this.#keeper.put(id, { id, annotation: this.#wanted.get(id), base: this.#base.get(id) ?? null });
    }
  }

  /** Deleted elsewhere while we changed it: ours comes back as new. */
  #goneElsewhere(id, sent) {
    this.#base.delete(id);
    if (sent === null) {
      this.#done(id, null);
      return;
    }
    this.#onConflict({ id, ours: sent, theirs: null, shown: sent });
  }

  #resolve(id, sent, theirs) {
    if (!theirs) {
      this.#refused.set(id, { status: 409 });
      return;
    }
    const before = this.#base.get(id) ?? null;
    this.#base.set(id, theirs);
    const ours = this.#wanted.get(id) ?? null;
    if (ours === null) {
      // We deleted what they changed: theirs stays, and says so.
      this.#wanted.delete(id);
      this.#keeper.drop(id);
      this.#onConflict({ id, ours: null, theirs, shown: theirs });
      return;
    }
    const { merged, clash } = merge(before, ours, theirs);
    if (sameContent(merged, theirs)) {
      this.#wanted.delete(id);
      this.#keeper.drop(id);
    } else {
      this.#wanted.set(id, merged);
      this.#keeper.put(id, { id, annotation: merged, base: theirs });
    }
    this.#onConflict({ id, ours, theirs: clash ? theirs : null, shown: merged });
  }
}

/** What is sent: everything but what only the server writes. */
function plain(annotation) {
  const sent = { ...annotation };
  for (const name of SERVER_FIELDS) delete sent[name];
  return sent;
}

/**
 * Field by field; the base tells who changed what.
 * @returns {{merged: object, clash: boolean}} clash: both changed one field, ours stands
 */
export function merge(base, ours, theirs) {
  const merged = { ...theirs };
  let clash = false;
  for (const name of Object.keys(ours)) {
    if (SERVER_FIELDS.includes(name) || sameValue(ours[name], theirs[name])) continue;
    const oursChanged = !base || !sameValue(ours[name], base[name]);
    const theirsChanged = !base || !sameValue(theirs[name], base[name]);
    if (!oursChanged) continue;
    merged[name] = ours[name];
    if (theirsChanged) clash = true;
  }
  return { merged, clash };
}
