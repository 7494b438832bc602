/**
 * What the person has chosen. The server keeps it for every device; this browser
 * keeps a copy, so that pages need not wait and work through a lost connection.
 */
import { api } from "./http.js";

const KEY = "streamfetch.preferences";
const FRESH_MS = 10 * 60_000;

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** `changes` laid over `before`, one group deep, as the server does it. */
export function merged(before, changes) {
  const after = { ...before };
  for (const [name, value] of Object.entries(changes)) {
    after[name] = isObject(value) && isObject(before[name]) ? { ...before[name], ...value } : value;
  }
  return after;
}

/**
 * @param {{storage: Pick<Storage, "getItem" | "setItem"> | null,
 *   send: typeof api, now?: () => number}} parts
 */
export function createPreferences({ storage, send, now = Date.now }) {
  const watchers = new Set();
  let copy = read();

  function read() {
    try {
      const found = JSON.parse(storage?.getItem(KEY) ?? "null");
      if (isObject(found) && isObject(found.values)) return { unsent: {}, at: 0, ...found };
    } catch {
      // Storage is forbidden or holds something else.
    }
    return { values: {}, unsent: {}, at: 0 };
  }

  function keep(next) {
    copy = next;
    try {
      storage?.setItem(KEY, JSON.stringify(next));
    } catch {
      // The choice then holds for this page.
    }
    for (const watcher of watchers) watcher(copy.values);
  }

  /** Sends what the server has not got yet; it stays for the next time when it fails. */
  async function flush() {
    const { unsent } = copy;
    if (!Object.keys(unsent).length) return;
    const values = await send("settings/", { method: "PATCH", body: unsent });
    const later = copy.unsent === unsent ? {} : copy.unsent;
    keep({ values: merged(values, later), unsent: later, at: now() });
  }

  return {
    get: () => copy.values,

    /** @param {(values: Record<string, any>) => void} watcher */
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },

    /** Holds at once, is sent in the background. @param {Record<string, any>} changes */
    async change(changes) {
      keep({
        ...copy,
        values: merged(copy.values, changes),
        unsent: merged(copy.unsent, changes),
      });
      await flush().catch(() => {});
    },

    /** Sends what is unsent, and asks what other devices have changed. */
    async refresh() {
      try {
        await flush();
        if (now() - copy.at < FRESH_MS) return;
        const values = await send("settings/");
        keep({ values: merged(values, copy.unsent), unsent: copy.unsent, at: now() });
      } catch {
        // The copy does until the server answers.
      }
    },

    /** Another tab has written: take over what it has. */
    reread() {
      copy = read();
      for (const watcher of watchers) watcher(copy.values);
    },
  };
}

function browserStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

export const preferences = createPreferences({ storage: browserStorage(), send: api });

globalThis.addEventListener?.("storage", (event) => {
  if (event.key === KEY) preferences.reread();
});
