/**
 * Keeps the server's copy up to date, one PATCH at a time.
 *
 * state: saved -> waiting -> saving -> saved
 *        saving -> offline (tries again by itself) | conflict | refused
 *
 * Until the server has it, a draft lies in this browser.
 */
import { ApiError, isTransient } from "../shared/http.js";

const QUIET_MS = 800;
const RETRY_MS = [2_000, 4_000, 8_000, 15_000];

export class Autosave {
  #send;
  #drafts;
  #onState;
  #onSaved;
  #timers;
  #saved;
  #current;
  #timer = null;
  #running = null;
  #failures = 0;

  /**
   * @param {{document: object, revision: number,
   *   send: (body: object) => Promise<{revision: number}>,
   *   drafts?: {write: (draft: object) => void, clear: () => void},
   *   onState: (state: string, detail?: any) => void,
   *   onSaved?: (saved: {revision: number, document: object}) => void,
   *   timers?: Pick<typeof globalThis, "setTimeout" | "clearTimeout">}} options
   */
  constructor({ document, revision, send, drafts, onState, onSaved, timers = globalThis }) {
    this.revision = revision;
    this.state = "saved";
    this.#saved = document;
    this.#current = document;
    this.#send = send;
    this.#drafts = drafts ?? { write() {}, clear() {} };
    this.#onState = onState;
    this.#onSaved = onSaved ?? (() => {});
    this.#timers = timers;
  }

  get dirty() {
    return !Object.is(this.#saved, this.#current);
  }

  /** The document that the server has. */
  get saved() {
    return this.#saved;
  }

  /** Tells of a new document; it is sent when the edits pause. */
  changed(document) {
    if (Object.is(document, this.#current)) return;
    this.#current = document;
    if (this.state === "conflict") {
      this.#drafts.write({ document, revision: this.revision });
      return;
    }
    if (!this.dirty) {
      this.#backToSaved();
      return;
    }
    this.#drafts.write({ document, revision: this.revision });
    this.#become("waiting");
    this.#schedule(QUIET_MS);
  }

  /** Sends now. Resolves to whether the server has everything. */
  async flush() {
    this.#timers.clearTimeout.call(globalThis, this.#timer);
    await this.#running;
    if (this.dirty && this.state !== "conflict") await this.#save();
    return !this.dirty;
  }

  /** After a conflict: ours goes over theirs, all of it. */
  async keepMine(theirs, theirRevision) {
    this.revision = theirRevision;
    this.#saved = theirs;
    this.state = "waiting";
    return this.flush();
  }

  /** The server's document is the document now. */
  accept(document, revision) {
    this.#saved = document;
    this.#current = document;
    this.revision = revision;
    this.#drafts.clear();
    this.#become("saved");
  }

  /** Undo led back to what the server has. A save that is on its way decides itself. */
  #backToSaved() {
    if (this.#running) return;
    this.#timers.clearTimeout.call(globalThis, this.#timer);
    this.#drafts.clear();
    this.#become("saved");
  }

  #become(state, detail) {
    this.state = state;
    this.#onState(state, detail);
  }

  #schedule(ms) {
    this.#timers.clearTimeout.call(globalThis, this.#timer);
    this.#timer = this.#timers.setTimeout.call(globalThis, () => void this.flush(), ms);
  }

  #save() {
    this.#running = this.#saveOnce().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #saveOnce() {
    const document = this.#current;
    const changes = {};
    for (const key of Object.keys(document)) {
      if (!Object.is(document[key], this.#saved[key])) changes[key] = document[key];
    }
    this.#become("saving");
    try {
      const answer = await this.#send({ ...changes, revision: this.revision });
      this.revision = answer.revision;
      this.#saved = document;
      this.#failures = 0;
      this.#onSaved({ revision: answer.revision, document });
      if (this.dirty) {
        this.#become("waiting");
        this.#schedule(QUIET_MS);
      } else {
        this.#drafts.clear();
        this.#become("saved");
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error) {
    if (error instanceof ApiError && error.code === "revision_conflict") {
      this.#become("conflict", error.problem.current);
    } else if (isTransient(error)) {
      const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
      this.#failures += 1;
      this.#become("offline", error);
      this.#schedule(wait);
    } else {
      this.#become("refused", error);
    }
  }
}

/** Drafts in this browser's storage; full or missing storage is no error. */
export function browserDrafts(projectId) {
  const key = `streamfetch.draft.${projectId}`;
  const attempt = (action) => {
    try {
      return action();
    } catch {
      return null;
    }
  };
  return {
    read: () => attempt(() => JSON.parse(localStorage.getItem(key))),
    write: (draft) => attempt(() => localStorage.setItem(key, JSON.stringify(draft))),
    clear: () => attempt(() => localStorage.removeItem(key)),
  };
}
