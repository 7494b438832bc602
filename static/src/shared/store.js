/** A value, the people watching it, and nothing else. */

/**
 * @template T
 * @param {T} initial treated as immutable
 */
export function createStore(initial) {
  let state = initial;
  const watchers = new Set();

  return {
    /** @returns {T} */
    get: () => state,

    /** @param {T | ((before: T) => T)} next */
    set(next) {
      const before = state;
      state = typeof next === "function" ? next(before) : next;
      if (Object.is(before, state)) return;
      for (const watcher of [...watchers]) watcher(state, before);
    },

    /** @param {Partial<T>} changes */
    patch(changes) {
      const changed = Object.keys(changes).some((key) => !Object.is(state[key], changes[key]));
      if (changed) this.set({ ...state, ...changes });
    },

    /**
     * Calls back whenever the selected part changes, and once at once.
     * @template S
     * @param {(state: T) => S} select
     * @param {(selected: S, state: T) => void} callback
     * @returns {() => void} stops watching
     */
    watch(select, callback) {
      let last = select(state);
      callback(last, state);
      const watcher = () => {
        const next = select(state);
        if (Object.is(next, last)) return;
        last = next;
        callback(next, state);
      };
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}
