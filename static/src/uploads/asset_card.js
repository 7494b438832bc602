/** Shows an asset in the card that the template made for it. */
import { field, setMeter, setText, show } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { formatAge, formatDuration, formatSize } from "../shared/time.js";

const STAGES = {
  probe: "Looking inside",
  poster: "Taking a picture",
  preview: "Making the preview",
};

export const isWorking = (asset) => ["pending_upload", "processing"].includes(asset.status);

/** @returns {[name: string, text: string][]} the short facts below a title */
export function factsOf(asset) {
  const shape = asset.width && asset.height ? `${asset.width}×${asset.height}` : "";
  const facts = [
    ["shape", shape],
    ["size", formatSize(asset.size_bytes)],
    ["age", formatAge(asset.created_at)],
  ];
  return facts.filter(([, text]) => text !== "");
}

export function workLine(asset) {
  if (asset.status === "pending_upload") return t("Uploading");
  const { state, stage } = asset.processing ?? {};
  if (state === "queued") return t("Waiting for its turn");
  return t(STAGES[stage] ?? "Processing");
}

/** @param {HTMLElement} card @param {object} asset as in GET assets/{id}/ */
export function fillCard(card, asset) {
  card.dataset.asset = asset.id;
  card.dataset.status = asset.status;
  const page = `/assets/${asset.id}/`;
  field(card, "link").href = page;
  field(card, "title").href = page;
  setText(card, "title", asset.title);
  card.querySelector("[data-do='original']").href = `/api/v1/assets/${asset.id}/file/`;
  const menu = card.querySelector("[data-menu-target='button']");
  menu.setAttribute("aria-label", t("More actions for {title}", { title: asset.title }));
  show(card.querySelector("[data-do='project']"), asset.status === "ready");
  show(card.querySelector("[data-do='original']"), asset.status !== "pending_upload");

  const poster = field(card, "poster");
  if (asset.poster_url && poster.getAttribute("src") !== asset.poster_url) {
    poster.src = asset.poster_url;
  }
  show(poster, Boolean(asset.poster_url));
  setText(card, "duration", formatDuration(asset.duration_ms));
  show(field(card, "duration"), Boolean(asset.duration_ms) && !isWorking(asset));

  show(field(card, "work"), isWorking(asset));
  if (isWorking(asset)) {
    const percent = asset.processing?.state === "running" ? asset.processing.percent : null;
    setText(card, "work-stage", workLine(asset));
    setText(card, "work-percent", percent == null ? "" : `${Math.floor(percent)} %`);
    setMeter(field(card, "work-meter"), percent ?? null);
  }

  const facts = factsOf(asset).map(([name, text]) => {
    const span = document.createElement("span");
    span.dataset.fact = name;
    span.textContent = text;
    return span;
  });
  field(card, "meta").replaceChildren(...facts);
  show(field(card, "reason"), asset.status === "failed");
  setText(card, "reason-text", asset.last_error?.message ?? t("Processing failed."));
}
