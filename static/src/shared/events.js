/**
 * Server events for every tab through one connection a browser.
 *
 * The tab that holds the lock is the leader: it owns the EventLink and passes
 * events on. When it closes, the lock, and with it the lead, goes to another tab.
 */
import { API, EVENTS } from "./constants.js";
import { EventLink } from "./event_link.js";
import { api } from "./http.js";

const NAME = "streamfetch.events";

/**
 * @param {{
 *   startLink: (options: {deliver: Function}) => {close: () => void},
 *   publish: (name: string, data: any) => void,
 *   locks?: LockManager,
 *   channel?: BroadcastChannel | null,
 *   signal?: AbortSignal,
 * }} options `locks` is missing on plain http: then each tab has its own link
 * @returns {{isLeader: () => boolean}}
 */
export function joinEvents({ startLink, publish, locks, channel = null, signal }) {
  let leading = false;
  let mode = null;

  const receive = ({ name, data }) => {
    if (name === "connection") mode = data;
    publish(name, data);
  };

  channel?.addEventListener("message", ({ data: message }) => {
    // A tab that has just opened asks whether there is a connection.
    if (message.name === "hello") {
      if (leading && mode) channel.postMessage({ name: "connection", data: mode });
      return;
    }
    receive(message);
  });

  const lead = () =>
    new Promise((release) => {
      leading = true;
      const link = startLink({
        deliver(name, data) {
          receive({ name, data });
          channel?.postMessage({ name, data });
        },
      });
      // Taking over from another tab: what came in between was heard by nobody.
      if (mode !== null) {
        receive({ name: "resync", data: {} });
        channel?.postMessage({ name: "resync", data: {} });
      }
      signal?.addEventListener("abort", () => {
        link.close();
        leading = false;
        release();
      });
    });

  if (locks) {
    locks.request(NAME, { signal }, lead).catch((error) => {
      if (error.name !== "AbortError") throw error;
    });
    channel?.postMessage({ name: "hello" });
  } else {
    void lead();
  }
  return { isLeader: () => leading };
}

/** Joins this page to the events and puts them on `document`. */
export function startEvents() {
  const leaving = new AbortController();
  addEventListener("pagehide", () => leaving.abort(), { once: true });
  // A page that comes back from the history cache starts anew.
  const back = (event) => {
    if (!event.persisted) return;
    removeEventListener("pageshow", back);
    startEvents();
    document.dispatchEvent(new CustomEvent(EVENTS.RESYNC, { detail: {} }));
  };
  addEventListener("pageshow", back);
  return joinEvents({
    locks: navigator.locks,
    channel: navigator.locks ? new BroadcastChannel(NAME) : null,
    signal: leaving.signal,
    startLink: ({ deliver }) =>
      new EventLink({
        deliver,
        open: () => new EventSource(`${API}events/`),
        poll: async () => {
          const answer = await api("jobs/");
          return Array.isArray(answer) ? answer : answer.results;
        },
      }),
    publish(name, data) {
      const type = EVENTS[name.toUpperCase()];
      document.dispatchEvent(new CustomEvent(type, { detail: data }));
    },
  });
}
