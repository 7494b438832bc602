/** The one upload manager of a page, and what keeps it in step with the world. */
import { EVENTS } from "../shared/constants.js";
import { t } from "../shared/i18n.js";
import { toast } from "../shared/toasts.js";
import { browserTransport } from "./transport.js";
import { UploadManager } from "./upload_manager.js";

const NAME = "streamfetch.uploads";
const LOOK_EVERY_MS = 4_000;

export const uploads = new UploadManager({
  transport: browserTransport,
  locks: navigator.locks,
  channel: new BroadcastChannel(NAME),
  onTwice: ({ name }) => toast(t("“{name}” is on its way already.", { name })),
});

let started = false;

/** Joins this page in; the second call does nothing. */
export function startUploads() {
  if (started) return;
  started = true;
  // Without an answer the tray stays empty; the next turn asks again.
  const refresh = () => uploads.refresh().catch(() => {});
  document.addEventListener(EVENTS.RESYNC, () => {
    uploads.goOnAll();
    refresh();
  });
  addEventListener("online", () => uploads.goOnAll());
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  addEventListener("beforeunload", (event) => {
    if (uploads.unfinished.length > 0) event.preventDefault();
  });
  setInterval(() => {
    if (uploads.items.some(({ state }) => state === "elsewhere")) uploads.look();
  }, LOOK_EVERY_MS);
  refresh();
}

/** @param {File[]} files those with nothing in them are named and left out */
export function uploadFiles(files) {
  for (const { name } of files.filter((file) => file.size === 0)) {
    toast(t("“{name}” is empty, so there is nothing to upload.", { name }), { tone: "error" });
  }
  uploads.add(files.filter((file) => file.size > 0));
}
