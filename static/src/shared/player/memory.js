/** Where a person left each film, in this browser. */

const KEY = "streamfetch.places";
const KEPT = 200;
const MIN_S = 5;
const END_S = 15;
const END_SHARE = 0.05;

/** Places worth coming back to: neither the very beginning nor the end. */
export function isWorthKeeping(seconds, duration) {
  if (!Number.isFinite(duration) || duration <= 0) return false;
  const end = Math.min(END_S, duration * END_SHARE);
  return seconds >= Math.min(MIN_S, duration / 4) && seconds < duration - end;
}

export class PlaceMemory {
  #storage;

  /** @param {Pick<Storage, "getItem" | "setItem"> | null} storage */
  constructor(storage) {
    this.#storage = storage;
  }

  /** @returns {number} seconds, 0 for the beginning */
  get(id) {
    const seconds = this.#read().find(([known]) => known === id)?.[1];
    return Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
  }

  /** Remembers a place, or forgets it near either end. */
  put(id, seconds, duration) {
    const others = this.#read().filter(([known]) => known !== id);
    const kept = isWorthKeeping(seconds, duration)
      ? [[id, Math.round(seconds * 10) / 10], ...others]
      : others;
    try {
      this.#storage?.setItem(KEY, JSON.stringify(kept.slice(0, KEPT)));
    } catch {
      // Storage is full or forbidden: films begin at the beginning.
    }
  }

  #read() {
    try {
      const places = JSON.parse(this.#storage?.getItem(KEY) ?? "[]");
      return Array.isArray(places) ? places.filter(Array.isArray) : [];
    } catch {
      return [];
    }
  }
}

/** The browser's storage, null where it is forbidden. */
export function browserMemory() {
  try {
    return new PlaceMemory(localStorage);
  } catch {
    return new PlaceMemory(null);
  }
}
