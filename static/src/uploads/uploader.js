/**
 * One file on its way to storage, in one piece or in parts.
 *
 * state: queued -> uploading <-> paused -> completing -> done
 *        any -> failed (resume tries again) | cancelled
 *        uploading -> duplicate (the library has it) | elsewhere (another tab has it)
 *                     | twice (this page has it already: the other one goes on)
 *
 * The server decides how a file is cut. Each part is tried 1 + 3 times, after
 * 1, 2 and 4 seconds and with a fresh signature each time.
 */
import { isTransient } from "../shared/http.js";
import { fingerprintOf } from "./fingerprint.js";
import { SpeedMeter } from "./speed.js";

const RETRIES = 3;
const BACK_OFF_MS = 1_000;
const GONE = new Set([404, 410]);
const STARTABLE = ["queued", "paused", "failed", "elsewhere"];
/** Trying again changes nothing. Not 400: storages say so when a line was too slow. */
const REFUSED = new Set([401, 404, 409, 410, 413, 415, 422, 507]);

/** The lock that says which tab of this browser sends a session's parts. */
export const lockName = (sessionId) => `streamfetch.upload.${sessionId}`;

export class Upload {
  #transport;
  #locks;
  #digest;
  #inTurn;
  #isTaken;
  #force = false;
  #onChange;
  #meter;
  #stop = new AbortController();
  #session;
  #fresh = false;
  #urls = new Map();
  #done = new Map();
  #inFlight = new Map();
  #run = null;

  /**
   * @param {File} file
   * @param {{transport: {api: Function, put: Function, wait: Function},
   *   onChange?: (upload: Upload) => void, now?: () => number,
   *   session?: object | null, locks?: LockManager,
   *   digest?: (file: File) => Promise<string>, inTurn?: <T>(open: () => Promise<T>) =>
   *   Promise<T>, isTaken?: (upload: Upload) => boolean}} options `session` is one
   *   that was begun before; `locks` is missing on plain http; `inTurn` opens one
   *   session after the other, `isTaken` says whether this page sends it already
   */
  constructor(
    file,
    {
      transport,
      onChange = () => {},
      now,
      session = null,
      locks,
      digest = fingerprintOf,
      inTurn = (open) => open(),
      isTaken = () => false,
    },
  ) {
    this.file = file;
    this.state = "queued";
    this.error = null;
    /** The asset of the library with the same content, once the server says so. */
    this.existing = null;
    this.#session = session;
    this.#locks = locks;
    this.#digest = digest;
    this.#inTurn = inTurn;
    this.#isTaken = isTaken;
    this.#transport = transport;
    this.#onChange = onChange;
    this.#meter = new SpeedMeter(now);
  }

  /** Null before the server knows of it. */
  get sessionId() {
    return this.#session?.id ?? null;
  }

  /** The asset this becomes: an id or an object, null before the server knows. */
  get asset() {
    return this.#session?.asset ?? null;
  }

  get assetId() {
    return typeof this.asset === "object" ? (this.asset?.id ?? null) : this.asset;
  }

  get sentBytes() {
    const sum = (sizes) => [...sizes.values()].reduce((total, size) => total + size, 0);
    return Math.min(this.file.size, sum(this.#done) + sum(this.#inFlight));
  }

  get percent() {
    return this.file.size > 0 ? (this.sentBytes / this.file.size) * 100 : 0;
  }

  get speed() {
    return this.state === "uploading" ? this.#meter.speed : 0;
  }

  get timeLeft() {
    return this.state === "uploading"
      ? this.#meter.timeLeft(this.file.size - this.sentBytes)
      : null;
  }

  /** Starts, or goes on after a pause or a failure. Never rejects. */
  start() {
    if (!STARTABLE.includes(this.state)) return this.#run;
    this.#stop = new AbortController();
    this.error = null;
    this.#meter.reset();
    const stop = this.#stop;
    const before = this.#run;
    // A run that was paused may still be winding down.
    this.#run = (async () => {
      await before;
      await this.#work(stop);
    })();
    this.#become("uploading");
    return this.#run;
  }

  /** Uploads although the library has this content. */
  startAnyway() {
    if (this.state !== "duplicate") return this.#run;
    this.#force = true;
    this.existing = null;
    this.#become("queued");
    return this.start();
  }

  pause() {
    if (!["queued", "uploading"].includes(this.state)) return;
    this.#become("paused");
    this.#stop.abort();
  }

  async cancel() {
    if (["done", "cancelled"].includes(this.state)) return;
    this.#become("cancelled");
    this.#stop.abort();
    await this.#run;
    if (!this.#session) return;
    try {
      await this.#transport.api(`uploads/${this.#session.id}/`, { method: "DELETE" });
    } catch {
      // The server drops abandoned uploads by itself when they expire.
    }
  }

  #become(state) {
    this.state = state;
    this.#onChange(this);
  }

  /** @param {AbortController} stop of this run; a later run has its own */
  async #work(stop) {
    const { signal } = stop;
    try {
      signal.throwIfAborted();
      const isOpen = this.#session !== null || (await this.#open(signal));
      if (!isOpen) return;
      await this.#alone(() => this.#send(stop));
    } catch (error) {
      this.#inFlight.clear();
      // Paused or cancelled: the state says so already.
      if (error.name === "AbortError") return;
      this.error = error;
      // Expired or given up elsewhere: the next try begins anew.
      if (GONE.has(error.status)) this.#forget();
      if (["uploading", "completing"].includes(this.state)) this.#become("failed");
    }
  }

  async #send(stop) {
    await this.#recount(stop.signal);
    await this.#sendAll(stop);
    this.#become("completing");
    const answer = await this.#complete(stop.signal);
    if (answer?.asset) this.#session = { ...this.#session, asset: answer.asset };
    // Cancelled while the server was completing: cancel() deletes what it can.
    if (this.state === "completing") this.#become("done");
  }

  /** All is there: a moment without the server must not make it a failure. */
  async #complete(signal) {
    const path = `uploads/${this.#session.id}/complete/`;
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.#transport.api(path, { method: "POST" });
      } catch (error) {
        if (signal.aborted || tries === RETRIES || !isTransient(error)) throw error;
        await this.#transport.wait(BACK_OFF_MS * 2 ** tries, signal);
      }
    }
  }

  /** Two tabs with the same file: one sends, the other watches. */
  async #alone(action) {
    if (!this.#locks) {
      await action();
      return;
    }
    await this.#locks.request(lockName(this.sessionId), { ifAvailable: true }, async (lock) => {
      if (lock) await action();
      else if (this.state === "uploading") this.#become("elsewhere");
    });
  }

  #forget() {
    this.#session = null;
    this.#fresh = false;
    this.#urls.clear();
    this.#done.clear();
  }

  #begin(fingerprint) {
    const { name, type, size } = this.file;
    return this.#transport.api("uploads/", {
      method: "POST",
      body: {
        filename: name,
        content_type: type || "application/octet-stream",
        size_bytes: size,
        ...(fingerprint && { fingerprint }),
        ...(this.#force && { force: true }),
      },
      // No signal: a session made while we pause would be lost to us.
    });
  }

  /** @returns {Promise<boolean>} false when the library or this page has this content */
  async #open(signal) {
    const fingerprint = await this.#digest(this.file);
    signal.throwIfAborted();
    try {
      await this.#inTurn(async () => {
        this.#session = await this.#begin(fingerprint);
      });
    } catch (error) {
      if (error.code !== "already_in_library") throw error;
      this.existing = error.problem?.asset ?? null;
      if (this.state === "uploading") this.#become("duplicate");
      return false;
    }
    if (this.#isTaken(this)) {
      this.#become("twice");
      return false;
    }
    // Without a fingerprint the server cannot take it for one begun before.
    this.#fresh = !fingerprint;
    this.#remember(this.#session.urls ?? []);
    this.#onChange(this);
    signal.throwIfAborted();
    return true;
  }

  /** What storage really has, which is what counts after an interruption. */
  async #recount(signal) {
    const fresh = this.#fresh;
    this.#fresh = false;
    if (fresh || this.#session.mode === "single") return;
    const path = `uploads/${this.#session.id}/parts/`;
    const { parts } = await this.#transport.api(path, { signal });
    this.#done = new Map(parts.map(({ number, size_bytes: size }) => [number, size]));
    this.#onChange(this);
  }

  #remember(urls) {
    for (const url of urls) this.#urls.set(url.number, url);
  }

  get #missing() {
    const count = this.#session.mode === "single" ? 1 : this.#session.part_count;
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    return numbers.filter((number) => !this.#done.has(number));
  }

  async #sendAll(stop) {
    const { signal } = stop;
    const waiting = this.#missing;
    const lanes = Math.min(this.#session.max_parallel_parts ?? 4, waiting.length);
    const lane = async () => {
      while (waiting.length > 0) await this.#sendPart(waiting.shift(), signal);
    };
    // The first lane that fails stops the others, which then are waited for.
    const lanesEnd = Array.from({ length: lanes }, () =>
      lane().catch((error) => {
        stop.abort();
        throw error;
      }),
    );
    const ends = await Promise.allSettled(lanesEnd);
    const failed = ends.filter((end) => end.status === "rejected").map((end) => end.reason);
    if (failed.length > 0) throw failed.find((error) => error.name !== "AbortError") ?? failed[0];
  }

  async #sendPart(number, signal) {
    for (let tries = 0; ; tries += 1) {
      try {
        await this.#putOnce(number, signal);
        return;
      } catch (error) {
        this.#inFlight.delete(number);
        this.#urls.delete(number);
        if (signal.aborted || tries === RETRIES || REFUSED.has(error.status)) throw error;
        await this.#transport.wait(BACK_OFF_MS * 2 ** tries, signal);
      }
    }
  }

  async #putOnce(number, signal) {
    const { url, method, headers } = await this.#signed(number, signal);
    const size = this.#session.mode === "single" ? this.file.size : this.#session.part_size;
    const start = (number - 1) * size;
    const body = this.file.slice(start, Math.min(start + size, this.file.size));
    await this.#transport.put({
      url,
      method: method ?? "PUT",
      headers,
      body,
      signal,
      onProgress: (sentBytes) => {
        this.#inFlight.set(number, Math.min(sentBytes, body.size));
        this.#meter.sample(this.sentBytes);
        this.#onChange(this);
      },
    });
    this.#inFlight.delete(number);
    this.#done.set(number, body.size);
    this.#meter.sample(this.sentBytes);
    this.#onChange(this);
  }

  async #signed(number, signal) {
    if (!this.#urls.has(number)) {
      const { urls } = await this.#transport.api(`uploads/${this.#session.id}/parts/`, {
        method: "POST",
        body: { numbers: [number] },
        signal,
      });
      this.#remember(urls);
    }
    return this.#urls.get(number);
  }
}
