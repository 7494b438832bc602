/** Shows an asset in the card that the template made for it. */
import { field, setMeter, setText, show } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { formatAge, formatDuration, formatSize } from "../shared/time.js";

const STAGES = {
  fetch: "Getting the file",
  probe: "Looking inside",
  poster: "Taking a picture",
  preview: "Making the first quality",
  ladder: "Making more qualities",
  sound: "Working on the sound",
  finish: "Almost there",
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

/** What the menu offers, by where the card is. */
const IN_BIN = ["restore", "purge"];
const IN_LIBRARY = ["rename", "delete"];

function fillTags(list, tags = []) {
  const links = tags.map((tag) => {
    const link = document.createElement("a");
    link.className = "tag";
    link.href = `/?tag=${encodeURIComponent(tag)}`;
    link.dataset.tag = tag;
    link.textContent = tag;
    return link;
  });
  list.replaceChildren(...links);
  show(list, links.length > 0);
}

/**
 * @param {HTMLElement} card
 * @param {object} asset as in GET assets/{id}/
 * @param {{inBin?: boolean}} [options] what is in the bin has no page
 */
export function fillCard(card, asset, { inBin = false } = {}) {
  card.dataset.asset = asset.id;
  card.dataset.status = asset.status;
  for (const name of ["link", "title"]) {
    const link = field(card, name);
    if (inBin) link.removeAttribute("href");
    else link.href = `/assets/${asset.id}/`;
  }
  for (const name of IN_BIN) show(card.querySelector(`[data-do='${name}']`), inBin);
  for (const name of IN_LIBRARY) show(card.querySelector(`[data-do='${name}']`), !inBin);
  fillTags(field(card, "tags"), asset.tags);
  const check = card.querySelector(".media-check");
  check.setAttribute("aria-label", t("Select {title}", { title: asset.title }));
  setText(card, "title", asset.title);
  card.querySelector("[data-do='original']").href = `/api/v1/assets/${asset.id}/file/`;
  const menu = card.querySelector("[data-menu-target='button']");
  menu.setAttribute("aria-label", t("More actions for {title}", { title: asset.title }));
  const isUsable = asset.status === "ready" && !inBin;
  show(card.querySelector("[data-do='project']"), isUsable && asset.kind !== "pdf");
  const annotate = card.querySelector("[data-do='annotate']");
  annotate.href = `/pdf/?asset=${asset.id}`;
  show(annotate, isUsable && asset.kind === "pdf");
  show(card.querySelector("[data-do='original']"), asset.status !== "pending_upload" && !inBin);

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
