/**
 * What this browser keeps of a project until the server has it, and its history.
 * IndexedDB; where there is none (private windows) nothing is kept and nothing fails.
 */

const NAME = "streamfetch.pdf";
const VERSION = 2;
const STORES = ["pending", "steps", "facts", "pictures"];

let opening = null;

function open() {
  opening ??= new Promise((resolve) => {
    let request;
    try {
      request = indexedDB.open(NAME, VERSION);
    } catch {
      resolve(null);
      return;
    }
    request.onupgradeneeded = () => {
      for (const name of STORES) {
        if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name);
      }
    };
    request.onsuccess = () => {
      // A tab with a newer program wants to change it: holding on would block that tab.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => resolve(null);
  });
  return opening;
}

/** @returns {Promise<any>} the result, null when it cannot be had */
async function run(store, mode, action) {
  const database = await open();
  if (!database) return null;
  return new Promise((resolve) => {
    try {
      const transaction = database.transaction(store, mode);
      const request = action(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request?.result ?? null);
      transaction.onerror = () => resolve(null);
      transaction.onabort = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
}

const write = (store, action) => void run(store, "readwrite", action);
const within = (project) => IDBKeyRange.bound([project], [project, []]);

/** @param {string} project */
export function localDatabase(project) {
  return {
    pending: {
      put: (id, entry) => write("pending", (store) => store.put(entry, [project, id])),
      drop: (id) => write("pending", (store) => store.delete([project, id])),
      all: async () => (await run("pending", "readonly", (store) => store.getAll(within(project)))) ?? [],
    },
    pictures: {
      put: (image, blob) => write("pictures", (store) => store.put({ image, blob }, [project, image])),
      drop: (image) => write("pictures", (store) => store.delete([project, image])),
      async all() {
        const found = (await run("pictures", "readonly", (store) => store.getAll(within(project)))) ?? [];
        return found.map(({ image, blob }) => [image, blob]);
      },
    },
    history: {
      write: (index, step) => write("steps", (store) => store.put(step, [project, index])),
      cut: (from) =>
        write("steps", (store) => store.delete(IDBKeyRange.bound([project, from], [project, []]))),
      cursor: (at) => write("facts", (store) => store.put(at, [project, "cursor"])),
      clear: () => write("steps", (store) => store.delete(within(project))),
      async all() {
        const steps = (await run("steps", "readonly", (store) => store.getAll(within(project)))) ?? [];
        const cursor = await run("facts", "readonly", (store) => store.get([project, "cursor"]));
        return { steps, cursor: cursor ?? steps.length };
      },
    },
  };
}

/** Small things that belong to the person, not to a project. */
export const personal = {
  get: (name) => run("facts", "readonly", (store) => store.get(["person", name])),
  set: (name, value) => write("facts", (store) => store.put(value, ["person", name])),
};
