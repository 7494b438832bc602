/** What happened between the making of a page and its first event was heard by nobody. */
import { EVENTS } from "./constants.js";

/**
 * Asks again, now and once events are heard. For pages on which something is under
 * way: its last event may have come too early, and then no other comes.
 * @param {() => void} ask
 * @param {{signal?: AbortSignal}} [options]
 */
export function catchUp(ask, { signal } = {}) {
  const hear = (event) => {
    if (event.detail.mode !== "live") return;
    document.removeEventListener(EVENTS.CONNECTION, hear);
    ask();
  };
  document.addEventListener(EVENTS.CONNECTION, hear, { signal });
  ask();
}
