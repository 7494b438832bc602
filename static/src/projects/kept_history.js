/**
 * Keeps the steps of a project's history in this browser (IndexedDB), so that
 * undo works after a reload. A browser without storage only loses that.
 *
 * What is kept fits the server's document when that has the revision at which
 * `savedPosition` was saved.
 */

const NAME = "streamfetch.editor";
const MAX_STEPS = 5_000;

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("steps");
    request.result.createObjectStore("projects");
  };
  return asked(request);
}

export class KeptHistory {
  #project;
  #db;
  #meta = { position: 0, revision: null, savedPosition: null };
  #queue = Promise.resolve();

  constructor(project) {
    this.#project = project;
    this.#db = open().catch(() => null);
  }

  #do(work) {
    this.#queue = this.#queue
      .then(async () => {
        const db = await this.#db;
        if (db) await work(db);
      })
      // Full or withdrawn storage: editing goes on without.
      .catch(() => {});
    return this.#queue;
  }

  #range(from = 0) {
    return IDBKeyRange.bound([this.#project, from], [this.#project, Infinity]);
  }

  /** @returns {Promise<{steps: object[], position: number, revision: number | null,
   *   savedPosition: number | null} | null>} */
  async read() {
    try {
      const db = await this.#db;
      if (!db) return null;
      const tx = db.transaction(["steps", "projects"]);
      const [meta, steps] = await Promise.all([
        asked(tx.objectStore("projects").get(this.#project)),
        asked(tx.objectStore("steps").getAll(this.#range())),
      ]);
      if (!meta) return null;
      this.#meta = meta;
      return { ...meta, steps };
    } catch {
      return null;
    }
  }

  /** A step that was made (all after it are void), or only another place in them. */
  keep({ position, step }) {
    this.#meta = { ...this.#meta, position };
    void this.#write((steps) => {
      if (!step) return;
      steps.delete(this.#range(position - 1));
      if (position <= MAX_STEPS) steps.put(step, [this.#project, position - 1]);
    });
  }

  saved(revision, savedPosition) {
    this.#meta = { ...this.#meta, revision, savedPosition };
    void this.#write(() => {});
  }

  forget() {
    this.#meta = { position: 0, revision: null, savedPosition: null };
    return this.#write((steps) => steps.delete(this.#range()));
  }

  #write(change) {
    const meta = this.#meta;
    return this.#do(async (db) => {
      const tx = db.transaction(["steps", "projects"], "readwrite");
      change(tx.objectStore("steps"));
      tx.objectStore("projects").put(meta, this.#project);
      await new Promise((done, fail) => {
        tx.oncomplete = done;
        tx.onabort = () => fail(tx.error);
      });
    });
  }
}
