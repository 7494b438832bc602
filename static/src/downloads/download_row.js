/** Shows a download in the row that the template made for it. */
import { field, setMeter, setText, show } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { isActive, percentOf } from "../shared/jobs.js";
import { formatAge, formatSize, formatSpeed, formatTimeLeft } from "../shared/time.js";

const STATES = {
  queued: "Waiting",
  running: "Fetching",
  succeeded: "In the library",
  failed: "Failed",
  cancelled: "Cancelled",
};

/** @param {object} download as in GET downloads/{id}/ */
export function progressLine(download) {
  if (download.state === "queued") return t("Waiting for its turn");
  const got = formatSize(download.bytes_downloaded || null);
  if (!isActive(download)) return [got, formatAge(download.created_at)].filter(Boolean).join(" · ");
  const amount = download.total_bytes
    ? t("{sent} of {size}", { sent: got || "0 B", size: formatSize(download.total_bytes) })
    : got;
  const parts = [
    amount,
    formatSpeed(download.speed_bytes_per_s),
    formatTimeLeft(download.eta_s),
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(" · ") : t("Starting");
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
  setText(row, "url", download.url);
  show(field(row, "url"), Boolean(download.title) && download.title !== download.url);
  show(field(row, "reason"), Boolean(download.error));
  setText(row, "reason", download.error?.message ?? "");
  field(row, "state").dataset.state = download.state;
  setText(row, "state", t(STATES[download.state] ?? download.state));
  const active = isActive(download);
  show(field(row, "meter"), active);
  if (active) setMeter(field(row, "meter"), percentOf(download));
  setText(row, "progress", progressLine(download));
  show(row.querySelector("[data-do='cancel']"), active);
  const retryable =
    download.state === "cancelled" ||
    (download.state === "failed" && download.error?.recoverable !== false);
  show(row.querySelector("[data-do='retry']"), retryable);
}
