/** A file with a project in it, as the API takes it. Pure. */
import { t } from "../shared/i18n.js";

/** What the API takes, in bytes: a zip grows by a third on its way there. */
const MAX_BYTES = { otio: 7_500_000, zip: 5_500_000 };
const PIECE = 0x8000;

/**
 * @param {File} file
 * @returns {Promise<{format: "otio" | "zip", content: string}>}
 * @throws {Error} in words for the person, for a file that cannot be a project
 */
export async function importBody(file) {
  const format = /\.(otio|zip)$/i.exec(file.name)?.[1].toLowerCase();
  if (!format) {
    throw new Error(t("Choose an OpenTimelineIO file (.otio) or a project that was exported as .zip."));
  }
  if (file.size > MAX_BYTES[format]) {
    throw new Error(t("“{name}” is too large for a project. Media do not belong in it: upload them to the library.", { name: file.name }));
  }
  if (format === "otio") return { format, content: await file.text() };
  return { format, content: base64(new Uint8Array(await file.arrayBuffer())) };
}

function base64(bytes) {
  let binary = "";
  for (let at = 0; at < bytes.length; at += PIECE) {
    binary += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  }
  return btoa(binary);
}
