/**
 * Sends one file with the page's own uploader, or with a bare loop over the same
 * parts. Prints what it took as JSON.
 *
 * node tests/benchmarks/upload_client.js page|bare SERVER FILE
 */
import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import { Upload } from "../../static/src/uploads/uploader.js";

const [how, server, path] = process.argv.slice(2);
const LANES = 4;
const SIGNED_AT_ONCE = 100;

const first = await fetch(`${server}/`);
const cookies = first.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
const token = cookies.find((cookie) => cookie.startsWith("csrftoken=")).split("=")[1];

async function api(name, { method = "GET", body, signal } = {}) {
  const answer = await fetch(`${server}/api/v1/${name}`, {
    method,
    signal,
    headers: {
      Cookie: cookies.join("; "),
      "X-CSRFToken": token,
      Origin: server,
      "Content-Type": "application/json",
    },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw Object.assign(new Error(await answer.text()), { status: answer.status });
  return answer.status === 204 ? null : answer.json();
}

async function put({ url, method, headers, body, signal }) {
  const answer = await fetch(url, { method, headers, body, signal });
  await answer.arrayBuffer();
  if (!answer.ok) throw Object.assign(new Error("refused"), { status: answer.status });
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const file = Object.assign(await openAsBlob(path), { name: basename(path) });

/** The page's code: fingerprint, lanes, retries, completing. */
async function byThePage() {
  const upload = new Upload(file, {
    transport: { api, put: async (part) => (await put(part), part.onProgress(part.body.size)), wait },
  });
  await upload.start();
  if (upload.state !== "done") throw upload.error ?? new Error(upload.state);
  return upload.assetId;
}

/** The same parts with nothing around them. */
async function bare() {
  const session = await api("uploads/", {
    method: "POST",
    body: { filename: file.name, content_type: "video/mp4", size_bytes: file.size },
  });
  const rows = [...session.urls];
  while (rows.length < session.part_count) {
    const numbers = Array.from(
      { length: Math.min(SIGNED_AT_ONCE, session.part_count - rows.length) },
      (_, index) => rows.length + index + 1,
    );
    const more = await api(`uploads/${session.id}/parts/`, { method: "POST", body: { numbers } });
    rows.push(...more.urls);
  }
  const lane = async () => {
    for (let row = rows.shift(); row; row = rows.shift()) {
      const start = (row.number - 1) * session.part_size;
      await put({ ...row, body: file.slice(start, start + session.part_size) });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const { asset } = await api(`uploads/${session.id}/complete/`, { method: "POST" });
  return asset.id;
}

const began = performance.now();
const asset = await (how === "page" ? byThePage() : bare());
console.log(JSON.stringify({ seconds: (performance.now() - began) / 1000, asset }));
