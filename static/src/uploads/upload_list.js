/** The rows of files on their way, with pause, resume and cancel. */
import { field, fromTemplate, setMeter, setText, show } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { formatSize, formatSpeed, formatTimeLeft } from "../shared/time.js";

const PAINT_EVERY_MS = 200;

export function describeUpload(upload) {
  const size = formatSize(upload.file.size);
  const sent = t("{sent} of {size}", { sent: formatSize(upload.sentBytes), size });
  switch (upload.state) {
    case "queued":
      return t("Waiting · {size}", { size });
    case "paused":
      return t("Paused · {sent}", { sent });
    case "completing":
      return t("Checking the file");
    case "done":
      return t("Uploaded");
    case "failed":
      return upload.error?.message ?? t("The upload failed.");
    default:
      return [sent, formatSpeed(upload.speed), formatTimeLeft(upload.timeLeft)]
        .filter(Boolean)
        .join(" · ");
  }
}

export class UploadList {
  #rows = new Map();
  #timer = null;

  /** @param {{section: HTMLElement, list: HTMLElement, sum: HTMLElement,
   *   template: HTMLTemplateElement, queue: () => import("./upload_queue.js").UploadQueue}} parts */
  constructor(parts) {
    this.parts = parts;
    parts.list.addEventListener("click", (event) => this.#press(event));
  }

  /** Repaints soon; progress events come far more often than eyes need. */
  changed(upload) {
    if (upload.state === "cancelled") this.remove(upload);
    if (upload.state === "done") this.remove(upload);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.paint();
    }, PAINT_EVERY_MS);
  }

  remove(upload) {
    this.#rows.get(upload)?.remove();
    this.#rows.delete(upload);
    this.parts.queue().remove(upload);
  }

  paint() {
    const { uploads } = this.parts.queue();
    for (const upload of uploads) this.#paintRow(upload);
    show(this.parts.section, uploads.length > 0);
    const left = uploads.reduce((sum, upload) => sum + upload.file.size - upload.sentBytes, 0);
    const speed = uploads.reduce((sum, upload) => sum + upload.speed, 0);
    this.parts.sum.textContent =
      uploads.length > 1
        ? [
            t("{count} files", { count: uploads.length }),
            formatSpeed(speed),
            speed > 0 ? formatTimeLeft(left / speed) : "",
          ]
            .filter(Boolean)
            .join(" · ")
        : "";
  }

  #paintRow(upload) {
    let row = this.#rows.get(upload);
    if (!row) {
      row = fromTemplate(this.parts.template);
      setText(row, "name", upload.file.name);
      this.#rows.set(upload, row);
      this.parts.list.append(row);
    }
    row.dataset.state = upload.state;
    setText(row, "state", describeUpload(upload));
    setMeter(field(row, "meter"), upload.state === "completing" ? null : upload.percent);
    const button = (name) => row.querySelector(`[data-do='${name}']`);
    show(button("pause"), ["queued", "uploading"].includes(upload.state));
    show(button("resume"), ["paused", "failed"].includes(upload.state));
    show(button("cancel"), upload.state !== "completing");
  }

  #press(event) {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    const row = button.closest(".upload-row");
    const upload = [...this.#rows].find(([, element]) => element === row)?.[0];
    const actions = {
      pause: () => upload.pause(),
      resume: () => upload.start(),
      cancel: () => upload.cancel(),
    };
    actions[button.dataset.do]?.();
    this.paint();
  }
}
