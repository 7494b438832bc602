/** The inspector of the project: its frame and what it holds. */
import { setText } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { formatTimecode } from "../../shared/time.js";
import { resizeFrame } from "../edits.js";
import { BoundFields } from "./fields.js";

export class ProjectPanel {
  /** @param {{root: HTMLElement, store: import("../editor_store.js").EditorStore}} parts */
  constructor({ root, store }) {
    this.form = root.querySelector("[data-panel-form]");
    this.store = store;
    this.fields = new BoundFields(this.form, (path, value, meta) => this.#set(path, value, meta));
    store.watchDocument(() => this.paint());
  }

  paint() {
    const { settings, timeline } = this.store;
    this.fields.paint({ ...settings, background_color: settings.background_color ?? "#000000" });
    setText(this.form, "length", formatTimecode(timeline.duration));
    setText(this.form, "clips", String(timeline.clips.length));
    setText(this.form, "texts", String(timeline.text_overlays.length));
  }

  #set(path, value, { live }) {
    const change = (document) =>
      path === "resolution"
        ? resizeFrame(document, value)
        : { ...document, settings: { ...document.settings, [path]: value } };
    this.store.editDocument(t("Change the project"), change, { key: live ? path : undefined });
  }
}
