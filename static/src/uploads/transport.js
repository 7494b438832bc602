/** What an upload needs of the outside world; tests bring their own. */
import { api, ApiError, OfflineError } from "../shared/http.js";
import { t } from "../shared/i18n.js";

/** No answer from where the bytes go, which may be another machine than the server. */
export class StorageAwayError extends OfflineError {
  constructor() {
    super();
    this.name = "StorageAwayError";
    this.message = t(
      "The file storage does not answer this page. Check the connection, then go on. If it never answers, whoever runs this server can find out why with “manage.py checkstorage”.",
    );
  }
}

/** What a refusal says: our own server explains itself, a bucket has only a status. */
function refusalOf({ status, responseText }) {
  let problem;
  try {
    problem = JSON.parse(responseText);
  } catch {
    // A bucket's XML, or a proxy's page.
  }
  const detail = t("The file storage refused a part of it ({status}). Go on to try again.", {
    status,
  });
  return new ApiError(status, { code: "part_refused", detail, ...problem });
}

/**
 * Sends one body to a presigned address. XHR, because fetch cannot tell how far
 * an upload has come.
 *
 * @param {{url: string, method: string, headers?: Record<string, string>,
 *   body: Blob, onProgress: (sentBytes: number) => void, signal: AbortSignal}} part
 * @returns {Promise<void>}
 */
export function put({ url, method, headers = {}, body, onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const settle = (action) => {
      signal.removeEventListener("abort", stop);
      action();
    };
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded));
    request.addEventListener("load", () =>
      settle(() => {
        if (request.status >= 200 && request.status < 300) resolve();
        else reject(refusalOf(request));
      }),
    );
    request.addEventListener("error", () => settle(() => reject(new StorageAwayError())));
    request.addEventListener("abort", () =>
      settle(() => reject(new DOMException("Stopped", "AbortError"))),
    );
    signal.addEventListener("abort", stop);
    if (signal.aborted) settle(() => reject(new DOMException("Stopped", "AbortError")));
    else request.send(body);
  });
}

const wait = (ms, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    function done() {
      signal.removeEventListener("abort", stop);
      resolve();
    }
    function stop() {
      clearTimeout(timer);
      reject(new DOMException("Stopped", "AbortError"));
    }
    signal.addEventListener("abort", stop, { once: true });
  });

export const browserTransport = { api, put, wait };
