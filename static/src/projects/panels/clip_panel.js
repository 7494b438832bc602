/** The inspector of the selected clip. */
import { field, setText, show } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { formatTimecode } from "../../shared/time.js";
import { changeClip, findClip, trimEnd, trimStart } from "../edits.js";
import { BoundFields } from "./fields.js";

export class ClipPanel {
  /** @param {{root: HTMLElement, store: import("../editor_store.js").EditorStore,
   *   titles: (assetId: string) => string, sourceDuration: (assetId: string) => number}} parts */
  constructor({ root, store, titles, sourceDuration }) {
    Object.assign(this, { root, store, titles, sourceDuration });
    this.form = root.querySelector("[data-panel-form]");
    this.empty = root.querySelector("[data-panel-empty]");
    this.fields = new BoundFields(this.form, (path, value, meta) => this.#set(path, value, meta));
    store.watchDocument(() => this.paint());
    store.watch((state) => state.selection, () => this.paint());
  }

  get clip() {
    const { selection, timeline } = this.store;
    return selection?.kind === "clip" ? findClip(timeline, selection.id) : null;
  }

  paint() {
    const { clip } = this;
    show(this.form, Boolean(clip));
    show(this.empty, !clip);
    if (!clip) return;
    this.fields.frame = this.store.frame;
    this.fields.paint(clip);
    setText(this.form, "title", this.titles(clip.asset));
    setText(this.form, "length", formatTimecode(clip.duration));
    const source = this.sourceDuration(clip.asset);
    setText(this.form, "source", Number.isFinite(source) ? formatTimecode(source) : "–");
    setText(this.form, "volume", `${Math.round(clip.volume * 100)} %`);
    field(this.form, "volume").classList.toggle("opacity-50", clip.muted);
  }

  #set(path, value, { live }) {
    const { id, asset } = this.clip;
    const key = live ? `${id}.${path}` : undefined;
    const sourceDuration = this.sourceDuration(asset);
    const edits = {
      start_time: [t("Trim the beginning"), (tl) => trimStart(tl, { id, to: value })],
      end_time: [t("Trim the end"), (tl) => trimEnd(tl, { id, to: value, sourceDuration })],
      volume: [t("Change the volume"), (tl) => changeClip(tl, id, { volume: value })],
      muted: [t("Mute"), (tl) => changeClip(tl, id, { muted: value })],
    };
    const [label, change] = edits[path];
    this.store.edit(label, change, { key });
  }
}
