/** The panel of what is selected: shows the form that fits and hands it the part. */
import { setText, show } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { changeTransition } from "../model/looks.js";
import { changePart, findPart } from "../model/parts.js";
import { changeCue } from "../model/words.js";
import { ClipForm } from "./clip_form.js";
import { BoundFields } from "./fields.js";
import { TextForm } from "./text_form.js";

/** Forms that only set fields: kind to [label, change]. */
const PLAIN = {
  transition: [
    () => t("Change the transition"),
    (tl, id, path, value) => changeTransition(tl, id, { [path]: value }),
  ],
  marker: [
    () => t("Change the marker"),
    (tl, id, path, value) => changePart(tl, { kind: "marker", id }, { [path]: value }),
  ],
  caption: [
    () => t("Change the caption"),
    (tl, id, path, value) => changeCue(tl, id, { [path]: value }),
  ],
};

export class Inspector {
  /** @param {{root: HTMLElement, store: import("../editor_store.js").EditorStore,
   *   titles: (id: string) => string, sourceDuration: (id: string) => number,
   *   effectKinds: object[], problemOf: (id: string) => string | undefined}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    const { root, store } = this;
    this.forms = [...root.querySelectorAll("[data-edit]")];
    const form = (name) => root.querySelector(`[data-edit="${name}"]`);
    this.clip = new ClipForm({ ...parts, root: form("clip") });
    this.text = new TextForm({ root: form("text"), store });
    this.plain = Object.fromEntries(
      Object.keys(PLAIN).map((kind) => [
        kind,
        { form: form(kind), fields: new BoundFields(form(kind), (...set) => this.#set(kind, ...set)) },
      ]),
    );
    form("transition").addEventListener("click", (event) => {
      const { direction } = event.target.closest("[data-direction]")?.dataset ?? {};
      if (direction) this.#set("transition", "direction", direction, { live: false });
    });
    store.watchDocument(() => this.#soon());
    store.watch((state) => state.selected, () => this.paint());
  }

  /** While something is dragged its numbers follow, a few times a second. */
  #soon() {
    const { draft } = this.store.state.get();
    clearTimeout(this.waiting);
    if (!draft) this.paint();
    else if (performance.now() - (this.painted ?? 0) > 80) this.paint();
    else this.waiting = setTimeout(() => this.paint(), 80);
  }

  paint() {
    this.painted = performance.now();
    const { selected, timeline } = this.store;
    const [item] = selected;
    const part = selected.length === 1 ? findPart(timeline, item) : null;
    let name = "none";
    if (selected.length > 1) name = "many";
    else if (part) name = item.kind === "audio" ? "clip" : item.kind;
    for (const form of this.forms) show(form, form.dataset.edit === name);
    if (name === "many") {
      setText(this.root, "many", t("{count} parts selected", { count: selected.length }));
    } else if (name === "clip") {
      this.clip.paint(item.kind, part);
    } else if (name === "text") {
      this.text.paint(part);
    } else if (part) {
      this.#paintPlain(item.kind, part);
    }
  }

  #paintPlain(kind, part) {
    const { fields, form } = this.plain[kind];
    fields.frame = this.store.frame;
    fields.paint(part);
    if (kind !== "transition") return;
    const directed = part.type === "wipe" || part.type === "slide";
    show(form.querySelector("[data-field='direction-field']"), directed);
    for (const button of form.querySelectorAll("[data-direction]")) {
      button.setAttribute("aria-pressed", String(button.dataset.direction === part.direction));
    }
  }

  #set(kind, path, value, { live }) {
    const part = this.store.only(kind);
    if (!part) return;
    const [label, change] = PLAIN[kind];
    const key = live || path === "text" ? `${part.id}.${path}` : undefined;
    this.store.edit(label(), (tl) => change(tl, part.id, path, value), { key });
  }

  /** After adding a text: ready to type over it. */
  focusWords() {
    this.text.focusWords();
  }
}
