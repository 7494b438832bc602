/** Entry of every page: uploads in the header, files dropped and pasted anywhere. */
import { Controller } from "@hotwired/stimulus";
import { application } from "../shared/application.js";
import { show } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { onPastedLink } from "../shared/pasted_link.js";
import { toast } from "../shared/toasts.js";
import { catchDrops } from "./dropzone.js";
import { describeTotals, UploadList } from "./upload_list.js";
import { totalsOf } from "./upload_manager.js";
import { startUploads, uploadFiles, uploads } from "./uploads_of_page.js";

/** Puts a pasted address into the page's link box, or looks it up where one can. */
function takeLink(url) {
  const forms = [...document.querySelectorAll("[data-link-form]")];
  const form = forms.find((candidate) => candidate.offsetParent !== null);
  if (!form) {
    location.assign(`/downloads/?${new URLSearchParams({ url })}`);
    return;
  }
  form.elements.url.value = url;
  form.elements.url.focus();
}

class TrayController extends Controller {
  static targets = ["host", "label", "count", "sum", "list", "veil"];

  connect() {
    this.leaving = new AbortController();
    this.list = new UploadList({
      list: this.listTarget,
      manager: uploads,
      painted: (items) => this.paint(items),
    });
    this.unwatch = uploads.watch((finished) => finished && this.finished(finished));
    if (this.hasVeilTarget) {
      const { signal } = this.leaving;
      catchDrops({
        signal,
        onFiles: uploadFiles,
        onDragging: (dragging) => show(this.veilTarget, dragging),
      });
      // The downloads page looks it up itself.
      const looks = document.querySelector("[data-controller~='downloads']");
      if (!looks) onPastedLink(takeLink, { signal });
    }
    startUploads();
  }

  disconnect() {
    this.leaving.abort();
    this.list.unwatch();
    this.unwatch();
  }

  paint(items) {
    const { count, percent } = totalsOf(items);
    show(this.hostTarget, items.length > 0);
    this.countTarget.textContent = count > 0 ? `${Math.floor(percent ?? 0)} %` : String(items.length);
    this.labelTarget.textContent =
      count > 0
        ? t("Uploads, {percent} % of {count}", { percent: Math.floor(percent ?? 0), count })
        : t("Uploads, {count} wait for you", { count: items.length });
    this.sumTarget.textContent = describeTotals(items);
  }

  /** The library shows its new card; other pages say so. */
  finished(upload) {
    if (document.querySelector("[data-controller~='library']")) return;
    const { assetId } = upload;
    toast(t("“{name}” is in your library.", { name: upload.file.name }), {
      tone: "success",
      action: assetId && {
        label: t("Open"),
        run: () => location.assign(`/assets/${assetId}/`),
      },
    });
  }
}

application.register("tray", TrayController);
