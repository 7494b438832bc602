/** Pictures on their way to the project: made fit in the browser, sent once. */
import { API } from "../shared/constants.js";
import { ApiError, OfflineError } from "../shared/http.js";
import { t } from "../shared/i18n.js";

const MOST_SIDE = 4_000;
const MOST_BYTES = 5 * 1024 * 1024;
const AS_THEY_ARE = ["image/png", "image/jpeg"];

/**
 * A PNG or JPEG that the server takes: other kinds are redrawn, large ones made smaller.
 * @param {Blob} file
 * @returns {Promise<Blob>}
 */
export async function fitPicture(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Error(t("This file is no picture that can be read. Choose a PNG or JPEG."));
  }
  const largest = Math.max(bitmap.width, bitmap.height);
  const fits = largest <= MOST_SIDE && file.size <= MOST_BYTES && AS_THEY_ARE.includes(file.type);
  if (fits) {
    bitmap.close();
    return file;
  }
  const type = file.type === "image/jpeg" ? "image/jpeg" : "image/png";
  for (let side = Math.min(MOST_SIDE, largest); side >= 200; side = Math.floor(side * 0.7)) {
    const scale = side / largest;
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, 0.9));
    if (blob && blob.size <= MOST_BYTES) {
      bitmap.close();
      return blob;
    }
  }
  throw new Error(t("This picture is too large. Choose one below 5 MB."));
}

/** @param {Blob} blob @returns {Promise<{width: number, height: number}>} in pixels */
export async function pictureSize(blob) {
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}

const csrf = () => /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? "";

/**
 * Sends a file as a form; the API client speaks JSON only.
 * @param {string} path below /api/v1/ @param {Blob} file @param {string} name
 * @param {{signal?: AbortSignal}} [options] given up it counts as offline
 */
export async function sendFile(path, file, name, { signal } = {}) {
  const body = new FormData();
  body.append("file", file, name);
  let response;
  try {
    response = await fetch(API + path, {
      method: "POST", body, signal, credentials: "same-origin",
      headers: { Accept: "application/json", "X-CSRFToken": decodeURIComponent(csrf()) },
    });
  } catch (error) {
    throw new OfflineError(error);
  }
  const answer = response.status === 204 ? null : await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(response.status, answer ?? {});
  return answer;
}
