/** The only door to the API: JSON in and out, CSRF, problems as errors. */
import { API } from "./constants.js";
import { t } from "./i18n.js";

/** An answer of the API that says no (application/problem+json). */
export class ApiError extends Error {
  /** @param {number} status @param {Record<string, any>} problem */
  constructor(status, problem) {
    super(problem.detail || problem.title || t("The server answered {status}.", { status }));
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code ?? "error";
    this.errors = problem.errors ?? [];
    this.problem = problem;
  }
}

/** No answer at all: the server or the network is away. */
export class OfflineError extends Error {
  constructor(cause) {
    super(t("The server does not answer. Check the connection, then try again."), { cause });
    this.name = "OfflineError";
  }
}

/** Errors worth trying again by themselves. */
export function isTransient(error) {
  if (error instanceof OfflineError) return true;
  return error instanceof ApiError && [408, 429, 502, 503, 504].includes(error.status);
}

function cookie(name) {
  for (const part of document.cookie.split("; ")) {
    if (part.startsWith(`${name}=`)) return decodeURIComponent(part.slice(name.length + 1));
  }
  return "";
}

async function problemOf(response) {
  try {
    return (await response.json()) ?? {};
  } catch {
    return {};
  }
}

/**
 * @param {string} path below /api/v1/, or an absolute path
 * @param {{method?: string, body?: unknown, headers?: Record<string, string>,
 *   signal?: AbortSignal, keepalive?: boolean}} [options]
 * @returns {Promise<any>} the decoded answer, null for 204
 * @throws {ApiError | OfflineError}
 */
export async function api(path, { method = "GET", body, headers = {}, ...rest } = {}) {
  const sent = { Accept: "application/json", ...headers };
  if (method !== "GET") sent["X-CSRFToken"] = cookie("csrftoken");
  if (body !== undefined) sent["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path.startsWith("/") ? path : API + path, {
      method,
      headers: sent,
      credentials: "same-origin",
      body: body === undefined ? undefined : JSON.stringify(body),
      ...rest,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new OfflineError(error);
  }
  if (!response.ok) throw new ApiError(response.status, await problemOf(response));
  return response.status === 204 ? null : response.json();
}

/** Server data written into the page by Django's json_script. */
export function pageData() {
  const element = document.getElementById("page-data");
  return element ? JSON.parse(element.textContent) : {};
}
