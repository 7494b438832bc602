/**
 * Asks for the whole of something at most once a second while its events come.
 * Job events are small; sizes, speeds and addresses must be asked for.
 */

const ASK_EVERY_MS = 1_000;

/**
 * @param {{ask: (id: string) => Promise<object>, got: (answer: object) => void}} options
 * @returns {(id: string) => void}
 */
export function follower({ ask, got }) {
  const asking = new Set();
  return (id) => {
    if (asking.has(id)) return;
    asking.add(id);
    setTimeout(async () => {
      // Cleared first: an event during the answer asks once more.
      asking.delete(id);
      try {
        got(await ask(id));
      } catch {
        // The next event, or the resync after a gap, asks again.
      }
    }, ASK_EVERY_MS);
  };
}
