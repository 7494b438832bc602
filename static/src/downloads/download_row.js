/** Shows a download in the row that the template made for it. */
import { field, setMeter, setText, show } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { isActive, percentOf } from "../shared/jobs.js";
import {
  formatAge,
  formatDuration,
  formatSize,
  formatSpeed,
  formatTimeLeft,
} from "../shared/time.js";

const STATES = {
  queued: "Waiting",
  running: "Fetching",
  succeeded: "In the library",
  failed: "Failed",
  cancelled: "Cancelled",
};
const STAGES = {
  look: "Asking the site",
  join: "Putting picture and sound together",
  store: "Moving it into the library",
};

/** @param {object} download as in GET downloads/{id}/ */
export function stateLabel(download) {
  if (download.file_deleted) return t("File deleted");
  return t(download.paused ? "Paused" : (STATES[download.state] ?? download.state));
}

/** @param {object} download as in GET downloads/{id}/ */
export function progressLine(download) {
  const got = formatSize(download.bytes_downloaded || null);
  if (download.paused) return [got, t("goes on when you say so")].filter(Boolean).join(" · ");
  if (download.state === "queued") {
    return download.error ? t("Tried again in a moment") : t("Waiting for its turn");
  }
  if (!isActive(download)) {
    const took =
      download.download_duration_ms > 1000
        ? t("in {time}", { time: formatDuration(download.download_duration_ms) })
        : "";
    const quality = download.format?.quality ?? "";
    const speed = took ? formatSpeed(download.speed_bytes_per_s) : "";
    return [quality, got, took, speed, formatAge(download.created_at)].filter(Boolean).join(" · ");
  }
  if (STAGES[download.stage]) return t(STAGES[download.stage]);
  const amount = download.total_bytes
    ? t("{sent} of {size}", { sent: got || "0 B", size: formatSize(download.total_bytes) })
    : got;
  const percent = download.total_bytes ? `${percentOf(download) ?? 0} %` : "";
  const parts = [
    percent,
    amount,
    formatSpeed(download.speed_bytes_per_s),
    formatTimeLeft(download.eta_s),
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(" · ") : t("Starting");
}

function badgeOf(download) {
  if (download.file_deleted) return "cancelled";
  return download.paused ? "paused" : download.state;
}

const assetId = (asset) => (typeof asset === "object" ? asset?.id : asset);

/** @param {HTMLElement} row @param {object} download */
export function fillRow(row, download) {
  row.dataset.download = download.id;
  row.dataset.state = download.state;
  const title = field(row, "title");
  setText(row, "title", download.title || download.url);
  const id = assetId(download.asset);
  title.classList.toggle("link", Boolean(id));
  if (id) {
    title.href = `/assets/${id}/`;
    field(row, "open").href = title.href;
  }
  show(field(row, "open"), Boolean(id));
  const origin = [download.channel, download.url].filter(Boolean).join(" · ");
  setText(row, "url", origin);
  show(field(row, "url"), Boolean(download.title) && download.title !== download.url);
  show(field(row, "note"), Boolean(download.note));
  setText(row, "note", download.note ?? "");
  show(field(row, "reason"), Boolean(download.error));
  setText(row, "reason", download.error?.message ?? "");
  field(row, "state").dataset.state = badgeOf(download);
  setText(row, "state", stateLabel(download));
  const active = isActive(download);
  show(field(row, "meter"), active && !(download.state === "queued" && !download.paused));
  if (active) setMeter(field(row, "meter"), download.paused ? download.percent : percentOf(download));
  setText(row, "progress", progressLine(download));
  fillTools(row, download, { active, id });
}

function fillTools(row, download, { active, id }) {
  const tool = (name) => row.querySelector(`[data-do='${name}']`);
  const waits = download.state === "queued" && !download.paused;
  show(tool("pause"), active && !download.paused);
  show(tool("resume"), Boolean(download.paused));
  show(tool("prioritise"), waits && download.priority !== "high");
  show(tool("cancel"), active);
  const retryable =
    download.state === "cancelled" ||
    (download.state === "failed" && download.error?.recoverable !== false);
  show(tool("retry"), retryable);
  show(field(row, "more"), !active);
  show(tool("delete-file"), Boolean(id));
  const then = field(row, "then");
  const leads = Boolean(download.then_url?.startsWith("/"));
  if (leads) then.href = download.then_url;
  show(then, leads);
}
