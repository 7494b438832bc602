/**
 * Recognises a file by its size and samples of its content, so that an upload can
 * go on after days and on another device.
 */
import { t } from "../shared/i18n.js";

const SAMPLE_BYTES = 1024 * 1024;
const SIZE_BYTES = 8;

/** Browsers lend their hashes to secure pages only (https or this machine). */
export const canFingerprint = () => Boolean(globalThis.crypto?.subtle);

/**
 * SHA-256 over the size (64 bits, big-endian) and the first, middle and last MiB.
 *
 * @param {Blob} file
 * @returns {Promise<string>} hex, "" where the browser has no hashes
 * @throws {Error} when the file cannot be read (moved, no permission)
 */
export async function fingerprintOf(file) {
  if (!canFingerprint()) return "";
  const size = new Uint8Array(SIZE_BYTES);
  new DataView(size.buffer).setBigUint64(0, BigInt(file.size));
  const last = Math.max(0, file.size - SAMPLE_BYTES);
  const samples = [0, Math.floor(last / 2), last].map((start) =>
    file.slice(start, start + SAMPLE_BYTES),
  );
  let bytes;
  try {
    bytes = await new Blob([size, ...samples]).arrayBuffer();
  } catch (error) {
    const text = t("“{name}” cannot be read. It may have been moved.", { name: file.name });
    throw new Error(text, { cause: error });
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
