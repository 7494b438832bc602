/** The rows of files on their way, with pause, resume, cancel and choose again. */
import { ask } from "../shared/dialogs.js";
import { field, fromTemplate, setMeter, setText, show } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { formatSize, formatSpeed, formatTimeLeft } from "../shared/time.js";
import { toast, toastError } from "../shared/toasts.js";
import { totalsOf } from "./upload_manager.js";

const PAINT_EVERY_MS = 200;

const pace = ({ speed, timeLeft }) => [formatSpeed(speed), formatTimeLeft(timeLeft)];
const joined = (...parts) => parts.filter(Boolean).join(" · ");

/** @param {import("./upload_manager.js").UploadItem} item */
export function describeUpload(item) {
  const size = formatSize(item.size);
  const sent = t("{sent} of {size}", { sent: formatSize(item.sentBytes), size });
  switch (item.state) {
    case "queued":
      return t("Waiting · {size}", { size });
    case "paused":
      return t("Paused · {sent}", { sent });
    case "completing":
      return t("Checking the file");
    case "done":
      return t("Uploaded");
    case "waiting":
      return t("{sent}. Choose the file again to go on.", { sent });
    case "elsewhere":
      return joined(t("Uploading in another tab"), sent, ...pace(item));
    case "duplicate":
      return t("Your library has this file already.");
    case "failed":
      return item.error?.message ?? t("The upload failed.");
    default:
      return joined(sent, ...pace(item));
  }
}

/** "3 files · 12 MB/s · 2 min left" */
export function describeTotals(items) {
  const totals = totalsOf(items);
  if (totals.count < 2) return "";
  return joined(t("{count} files", { count: totals.count }), ...pace(totals));
}

const SHOWN_IN = {
  pause: ["queued", "uploading"],
  resume: ["paused", "failed"],
  pick: ["waiting"],
  open: ["duplicate"],
  force: ["duplicate"],
};

export class UploadList {
  #rows = new Map();
  #timer = null;

  /** @param {{list: HTMLElement, manager: import("./upload_manager.js").UploadManager,
   *   painted: (items: object[]) => void}} parts */
  constructor(parts) {
    this.parts = parts;
    const picker = document.createElement("input");
    picker.type = "file";
    this.picker = picker;
    parts.list.addEventListener("click", (event) => this.#press(event));
    this.unwatch = parts.manager.watch(() => this.#soon());
    this.paint();
  }

  /** Repaints soon; progress events come far more often than eyes need. */
  #soon() {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.paint();
    }, PAINT_EVERY_MS);
  }

  paint() {
    const { manager, painted } = this.parts;
    const { items } = manager;
    const keys = new Set(items.map(({ key }) => key));
    for (const [key, row] of this.#rows) {
      if (keys.has(key)) continue;
      row.remove();
      this.#rows.delete(key);
    }
    for (const item of items) this.#paintRow(item);
    painted(items);
  }

  #paintRow(item) {
    let row = this.#rows.get(item.key);
    if (!row) {
      row = fromTemplate("upload-row-template");
      row.dataset.key = item.key;
      setText(row, "name", item.name);
      this.#rows.set(item.key, row);
      this.parts.list.append(row);
    }
    row.dataset.state = item.state;
    setText(row, "state", describeUpload(item));
    setMeter(field(row, "meter"), item.state === "completing" ? null : item.percent);
    show(field(row, "meter"), item.state !== "duplicate");
    const button = (name) => row.querySelector(`[data-do='${name}']`);
    for (const [name, states] of Object.entries(SHOWN_IN)) {
      show(button(name), states.includes(item.state));
    }
    if (item.existing?.id) button("open").href = `/assets/${item.existing.id}/`;
    show(button("cancel"), !["completing", "elsewhere"].includes(item.state));
  }

  async #press(event) {
    const button = event.target.closest("button[data-do]");
    if (!button) return;
    const { key, state } = button.closest("[data-key]").dataset;
    const { manager } = this.parts;
    const actions = {
      pause: () => manager.pause(key),
      resume: () => manager.resume(key),
      force: () => manager.force(key),
      pick: () => this.#pick(key),
      cancel: () => this.#cancel(key, state),
    };
    try {
      await actions[button.dataset.do]?.();
    } catch (error) {
      toastError(error);
    }
    this.paint();
  }

  async #cancel(key, state) {
    const sure =
      state !== "waiting" ||
      (await ask({
        title: t("Give this upload up?"),
        text: t("What has arrived of it is removed."),
        ok: t("Give up"),
        danger: true,
      }));
    if (sure) await this.parts.manager.cancel(key);
  }

  #pick(key) {
    const { picker } = this;
    picker.value = "";
    picker.onchange = async () => {
      try {
        if (picker.files[0]) await this.parts.manager.goOn(key, picker.files[0]);
      } catch (error) {
        toast(error.message, { tone: "error" });
      }
    };
    picker.click();
  }
}
