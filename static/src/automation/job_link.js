/**
 * What happens to one job, as it happens: its own event stream, and questions in
 * its place while it is away. Resumes by itself; after a gap it asks for everything.
 */
const NAMES = ["job", "chunk", "log"];
const POLL_EVERY_MS = 3_000;
const REOPEN_AFTER_MS = 5_000;
const CLOSED = 2;

export class JobLink {
  #open;
  #deliver;
  #resync;
  #timers;
  #source = null;
  #polling = null;
  #reopening = null;
  #wasLost = true;
  #closed = false;

  /**
   * @param {{open: () => EventSource, deliver: (name: string, data: any) => void,
   *   resync: () => void, timers?: Pick<typeof globalThis, "setTimeout" | "clearTimeout">}}
   *   options `resync` asks for the whole: at the start, after gaps, while away
   */
  constructor({ open, deliver, resync, timers = globalThis }) {
    this.#open = open;
    this.#deliver = deliver;
    this.#resync = resync;
    this.#timers = timers;
    this.#connect();
  }

  close() {
    this.#closed = true;
    this.#source?.close();
    this.#clear("polling");
    this.#clear("reopening");
  }

  #clear(name) {
    const timer = name === "polling" ? this.#polling : this.#reopening;
    if (timer !== null) this.#timers.clearTimeout.call(globalThis, timer);
    if (name === "polling") this.#polling = null;
    else this.#reopening = null;
  }

  #after(ms, action) {
    return this.#timers.setTimeout.call(globalThis, action, ms);
  }

  #connect() {
    const source = this.#open();
    this.#source = source;
    source.addEventListener("open", () => {
      this.#clear("polling");
      // Without a last id the stream begins now: what was before must be asked for.
      if (this.#wasLost) this.#resync();
      this.#wasLost = false;
    });
    source.addEventListener("error", () => this.#lost(source));
    source.addEventListener("reset", () => this.#resync());
    for (const name of NAMES) {
      source.addEventListener(name, (event) => this.#deliver(name, JSON.parse(event.data)));
    }
  }

  #lost(source) {
    if (this.#closed) return;
    if (this.#polling === null) this.#pollLater();
    // Otherwise the browser comes back by itself and names the last event.
    if (source.readyState !== CLOSED || this.#reopening !== null) return;
    source.close();
    this.#wasLost = true;
    this.#reopening = this.#after(REOPEN_AFTER_MS, () => {
      this.#reopening = null;
      this.#connect();
    });
  }

  #pollLater() {
    this.#polling = this.#after(POLL_EVERY_MS, () => {
      this.#resync();
      this.#pollLater();
    });
  }
}
