/**
 * All uploads of this person: the files this page sends, those that other tabs
 * send, and sessions of the server that wait for their file to be chosen again.
 *
 * Knows nothing of the page; lists and the tray show `items`.
 */
import { isTransient } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { formatSize } from "../shared/time.js";
import { canFingerprint, fingerprintOf } from "./fingerprint.js";
import { UploadQueue } from "./upload_queue.js";
import { lockName } from "./uploader.js";

const TELL_EVERY_MS = 500;
const FRESH_MS = 3_000;
const OVER = ["done", "cancelled"];

/**
 * @typedef {{key: string, name: string, size: number, sentBytes: number,
 *   percent: number, state: string, speed: number, timeLeft: number | null,
 *   error: Error | null, existing: object | null}} UploadItem `state` is one of
 *   an Upload's, or "waiting" for a session whose file this page does not have
 */

export class UploadManager {
  #transport;
  #locks;
  #channel;
  #digest;
  #now;
  #onTwice;
  #sessions = new Map();
  #elsewhere = new Map();
  #held = new Set();
  #told = new WeakMap();
  #keys = new WeakMap();
  #watchers = new Set();
  #count = 0;

  /**
   * @param {{transport: object, locks?: LockManager, channel?: BroadcastChannel | null,
   *   digest?: (file: File) => Promise<string>, now?: () => number,
   *   onTwice?: (file: File) => void}} means `onTwice` hears of a file that this page
   *   sends already
   */
  constructor({
    transport,
    locks,
    channel = null,
    digest = fingerprintOf,
    now = Date.now,
    onTwice = () => {},
  }) {
    this.#transport = transport;
    this.#locks = locks;
    this.#channel = channel;
    this.#digest = digest;
    this.#now = now;
    this.#onTwice = onTwice;
    this.queue = new UploadQueue({
      transport,
      locks,
      digest,
      onChange: (upload) => this.#changed(upload),
    });
    channel?.addEventListener("message", ({ data }) => this.#heard(data));
  }

  /** @param {(finished: object | null) => void} watcher gets an Upload that is done */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Uploads that would stop if the page closed now. */
  get unfinished() {
    return this.queue.unfinished;
  }

  /** @returns {UploadItem[]} own files first */
  get items() {
    const { uploads } = this.queue;
    const own = new Set(uploads.map(({ sessionId }) => sessionId));
    const others = [...this.#sessions.values()].filter(({ id }) => !own.has(id));
    return [...uploads.map((upload) => this.#ownItem(upload)), ...others.map((session) => this.#otherItem(session))];
  }

  #ownItem(upload) {
    const { file, state, sentBytes, percent, speed, timeLeft, error, existing } = upload;
    const item = { name: file.name, size: file.size, error, existing };
    const far = this.#elsewhere.get(upload.sessionId);
    if (state === "elsewhere" && far) return { ...item, ...far, key: this.#keyOf(upload), state };
    return { ...item, key: this.#keyOf(upload), state, sentBytes, percent, speed, timeLeft };
  }

  #otherItem(session) {
    const { id, filename, size_bytes: size, arrived_bytes: arrived = 0 } = session;
    const common = { key: id, name: filename, size, error: null, existing: null };
    const far = this.#elsewhere.get(id);
    if (far || this.#held.has(lockName(id))) {
      const still = { sentBytes: arrived, percent: (arrived / size) * 100, speed: 0, timeLeft: null };
      return { ...common, ...still, ...far, state: "elsewhere" };
    }
    const percent = size > 0 ? (arrived / size) * 100 : 0;
    return { ...common, sentBytes: arrived, percent, speed: 0, timeLeft: null, state: "waiting" };
  }

  #keyOf(upload) {
    if (!this.#keys.has(upload)) this.#keys.set(upload, `file-${(this.#count += 1)}`);
    return this.#keys.get(upload);
  }

  #byKey(key) {
    return this.queue.uploads.find((upload) => this.#keyOf(upload) === key) ?? null;
  }

  /** @param {File[]} files */
  add(files) {
    for (const file of files) this.queue.add([file], { session: this.#begun(file) });
  }

  /** Where nothing can be hashed, a name and a size must do. */
  #begun(file) {
    if (canFingerprint()) return null;
    const fits = this.items.filter(({ state, name, size }) =>
      state === "waiting" && name === file.name && size === file.size,
    );
    return fits.length === 1 ? this.#sessions.get(fits[0].key) : null;
  }

  /**
   * Goes on with a session, if this is its file.
   * @throws {Error} in words for the person, when it is another file
   */
  async goOn(key, file) {
    const session = this.#sessions.get(key);
    if (!session) return;
    if (file.size !== session.size_bytes) {
      throw new Error(
        t("This is another file: “{name}” has {size}, and {expected} are awaited.", {
          name: file.name,
          size: formatSize(file.size),
          expected: formatSize(session.size_bytes),
        }),
      );
    }
    const fingerprint = session.fingerprint ? await this.#digest(file) : "";
    const same = fingerprint
      ? fingerprint === session.fingerprint
      : file.name === session.filename;
    if (!same) {
      throw new Error(
        t("This is another file. Choose the “{name}” that you began with.", {
          name: session.filename,
        }),
      );
    }
    this.queue.add([file], { session });
  }

  pause(key) {
    this.#byKey(key)?.pause();
  }

  resume(key) {
    this.#byKey(key)?.start();
  }

  force(key) {
    this.#byKey(key)?.startAnyway();
  }

  /** The network or the server is back: what failed for want of it goes on. */
  goOnAll() {
    const broken = ({ state, error }) => state === "failed" && isTransient(error);
    for (const upload of this.queue.uploads.filter(broken)) upload.start();
  }

  /** Gives an upload up, here or on the server. */
  async cancel(key) {
    const upload = this.#byKey(key);
    if (upload) {
      await upload.cancel();
      return;
    }
    await this.#transport.api(`uploads/${key}/`, { method: "DELETE" });
    this.#sessions.delete(key);
    this.#channel?.postMessage({ id: key, state: "cancelled" });
    this.#tell(null);
  }

  /** Asks the server what is open, also from other devices. */
  async refresh() {
    const { results } = await this.#transport.api("uploads/");
    this.#sessions = new Map(results.map((session) => [session.id, session]));
    await this.look();
  }

  /** Looks which sessions other tabs send: a tab that was closed holds no lock. */
  async look() {
    if (!this.#locks?.query) return;
    const { held } = await this.#locks.query();
    this.#held = new Set(held.map(({ name }) => name));
    for (const [id, { at }] of this.#elsewhere) {
      // A tab that has only just spoken may be about to take its lock.
      const isFresh = this.#now() - at < FRESH_MS;
      if (!isFresh && !this.#held.has(lockName(id))) this.#elsewhere.delete(id);
    }
    this.#tell(null);
  }

  #changed(upload) {
    const { state, sessionId } = upload;
    if (state === "twice") {
      this.#dropTwin(upload);
      return;
    }
    if (OVER.includes(state)) {
      this.queue.remove(upload);
      this.#sessions.delete(sessionId);
    }
    this.#announce(upload);
    this.#tell(state === "done" ? upload : null);
  }

  /** The file was added a second time: the first goes on, also from a pause. */
  #dropTwin(upload) {
    const first = this.queue.twinOf(upload);
    this.queue.remove(upload);
    if (["paused", "failed"].includes(first?.state)) first.start();
    this.#onTwice(upload.file);
    this.#tell(null);
  }

  #announce(upload) {
    const { sessionId: id, state, sentBytes, percent, speed, timeLeft } = upload;
    if (!this.#channel || !id || state === "elsewhere") return;
    const last = this.#told.get(upload);
    if (last?.state === state && this.#now() - last.at < TELL_EVERY_MS) return;
    this.#told.set(upload, { state, at: this.#now() });
    this.#channel.postMessage({ id, state, sentBytes, percent, speed, timeLeft });
  }

  /** Another tab says how far it is. */
  #heard({ id, state, ...progress }) {
    const isSending = ["uploading", "completing"].includes(state);
    if (isSending) this.#elsewhere.set(id, { ...progress, at: this.#now() });
    else this.#elsewhere.delete(id);
    const session = this.#sessions.get(id);
    if (OVER.includes(state)) {
      this.#sessions.delete(id);
      const stale = this.queue.uploads.find((upload) => upload.sessionId === id);
      if (stale?.state === "elsewhere") this.queue.remove(stale);
    } else if (session) {
      this.#sessions.set(id, { ...session, arrived_bytes: progress.sentBytes });
    } else {
      this.refresh().catch(() => {});
    }
    this.#tell(null);
  }

  #tell(finished) {
    for (const watcher of this.#watchers) watcher(finished);
  }
}

/** @param {UploadItem[]} items @returns {object} what moves, taken together */
export function totalsOf(items) {
  const moving = items.filter(({ state }) =>
    ["queued", "uploading", "completing", "elsewhere"].includes(state),
  );
  const sum = (name) => moving.reduce((total, item) => total + (item[name] ?? 0), 0);
  const size = sum("size");
  const speed = sum("speed");
  const left = size - sum("sentBytes");
  return {
    count: moving.length,
    percent: size > 0 ? (sum("sentBytes") / size) * 100 : null,
    speed,
    timeLeft: speed > 0 ? left / speed : null,
  };
}
