/** The panel of the project: its frame, its loudness and what it holds. */
import { setText } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { formatTimecode } from "../../shared/time.js";
import { resizeFrame } from "../model/words.js";
import { BoundFields } from "./fields.js";

export class ProjectPanel {
  /** @param {{root: HTMLElement, store: import("../editor_store.js").EditorStore}} parts */
  constructor({ root, store }) {
    this.form = root.querySelector("[data-panel-form]");
    this.store = store;
    this.fields = new BoundFields(this.form, (path, value, meta) => this.#set(path, value, meta));
    this.form.addEventListener("click", (event) => {
      const { shape } = event.target.closest("[data-shape]")?.dataset ?? {};
      if (!shape) return;
      const [width, height] = shape.split("x").map(Number);
      this.#set("resolution", { width, height }, { live: false });
    });
    store.watchDocument(() => {
      if (!store.state.get().draft) this.paint();
    });
  }

  paint() {
    const { settings, timeline } = this.store;
    this.fields.paint({ ...settings, background_color: settings.background_color ?? "#000000" });
    const share = settings.resolution.width / settings.resolution.height;
    for (const button of this.form.querySelectorAll("[data-shape]")) {
      const [width, height] = button.dataset.shape.split("x").map(Number);
      button.setAttribute("aria-pressed", String(Math.abs(width / height - share) < 0.01));
    }
    setText(this.form, "length", formatTimecode(timeline.duration));
    setText(this.form, "clips", String(timeline.clips.length + (timeline.audio_tracks?.length ?? 0)));
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
