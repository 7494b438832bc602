/**
 * Pictures on their way to the server: sent when they are chosen, and where that
 * cannot be, kept in this browser and sent before the annotation that shows them.
 */
import { isTransient } from "../shared/http.js";

const ID_LETTERS = 32;
const TYPES = { "image/png": "png", "image/jpeg": "jpg" };

/** @param {Blob} blob @returns {Promise<string>} the id that the server gives these bytes */
export async function idOf(blob) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, ID_LETTERS);
}

export class Pictures {
  #send;
  #keeper;
  #measure;
  #waiting = new Map();

  /**
   * @param {{send: (blob: Blob) => Promise<object>,
   *   keeper?: {put: (id: string, blob: Blob) => void, drop: (id: string) => void,
   *     all: () => Promise<[string, Blob][]>},
   *   measure: (blob: Blob) => Promise<{width: number, height: number}>}} options
   *   measure: pixels of a picture
   */
  constructor({ send, measure, keeper = { put() {}, drop() {}, all: async () => [] } }) {
    this.#send = send;
    this.#measure = measure;
    this.#keeper = keeper;
  }

  /**
   * @param {Blob} blob a PNG or JPEG
   * @returns {Promise<{image: string, image_type: string, image_url: string,
   *   width: number, height: number}>} Throws what the server has against it.
   */
  async add(blob) {
    try {
      return await this.#send(blob);
    } catch (error) {
      // Only secure pages can work out the id; there are no others offline.
      if (!isTransient(error) || !globalThis.crypto?.subtle) throw error;
    }
    const image = await idOf(blob);
    this.#waiting.set(image, blob);
    this.#keeper.put(image, blob);
    const { width, height } = await this.#measure(blob);
    return { image, image_type: TYPES[blob.type], image_url: URL.createObjectURL(blob), width, height };
  }

  /** Those of an earlier visit that never arrived: where each can be shown from. */
  async restore() {
    const urls = new Map();
    for (const [image, blob] of await this.#keeper.all()) {
      this.#waiting.set(image, blob);
      urls.set(image, URL.createObjectURL(blob));
    }
    return urls;
  }

  /**
   * Sends those that these annotations show. Throws what passes, such as being
   * offline; a picture that is refused leaves the word to its annotation.
   */
  async sendFor(annotations) {
    for (const { image } of annotations) {
      const blob = image && this.#waiting.get(image);
      if (!blob) continue;
      try {
        await this.#send(blob);
      } catch (error) {
        if (isTransient(error)) throw error;
        continue;
      }
      this.#waiting.delete(image);
      this.#keeper.drop(image);
    }
  }
}
