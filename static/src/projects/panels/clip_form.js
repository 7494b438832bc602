/** The form of a clip or a sound: times, picture, speed, sound and effects. */
import { field, setText, show } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { formatTimecode } from "../../shared/time.js";
import { setSpeed, trimEnd, trimStart } from "../model/cutting.js";
import { setFade, setTransform, transformOf } from "../model/looks.js";
import { changePart, isStory } from "../model/parts.js";
import { EffectsList } from "./effects_list.js";
import { BoundFields } from "./fields.js";

/** Places of a picture in the picture. */
const PLACES = {
  full: { x: 0.5, y: 0.5, scale: 1 },
  tl: { x: 0.19, y: 0.19, scale: 0.32 },
  tr: { x: 0.81, y: 0.19, scale: 0.32 },
  bl: { x: 0.19, y: 0.81, scale: 0.32 },
  br: { x: 0.81, y: 0.81, scale: 0.32 },
};

export class ClipForm {
  constructor({ root, store, titles, sourceDuration, effectKinds, problemOf }) {
    Object.assign(this, { root, store, titles, sourceDuration, problemOf });
    this.fields = new BoundFields(root, (path, value, meta) => this.#set(path, value, meta));
    this.effects = new EffectsList({ root, store, kinds: effectKinds });
    root.addEventListener("click", (event) => {
      const { pip } = event.target.closest("[data-pip]")?.dataset ?? {};
      if (!pip) return;
      this.#edit(t("Place the picture"), (tl, { id }) => setTransform(tl, id, PLACES[pip]));
    });
  }

  paint(kind, part) {
    this.kind = kind;
    this.part = part;
    this.fields.frame = this.store.frame;
    this.fields.paint({ fade_in: 0, fade_out: 0, duck: false, ...part, transform: transformOf(part) });
    setText(this.root, "title", this.titles(part.asset));
    const source = this.sourceDuration(part.asset);
    const facts = [t("Length {time}", { time: formatTimecode(part.duration) })];
    if (Number.isFinite(source)) facts.push(t("source {time}", { time: formatTimecode(source) }));
    setText(this.root, "facts", facts.join(" · "));
    const problem = this.problemOf(part.id);
    setText(this.root, "problem", problem ?? "");
    show(field(this.root, "problem"), Boolean(problem));
    for (const only of this.root.querySelectorAll("[data-only]")) {
      show(only, only.dataset.only === kind);
    }
    if (kind === "clip") this.effects.paint(part);
  }

  #edit(label, change, key) {
    const { part } = this;
    this.store.edit(label, (tl) => change(tl, part), { key });
  }

  #set(path, value, { live }) {
    const { kind, part } = this;
    const { id } = part;
    const [first, second, third] = path.split(".");
    const key = live || first !== "muted" ? `${id}.${path}` : undefined;
    const limit = this.sourceDuration(part.asset);
    const ripple = this.store.state.get().ripple && isStory(kind, part);
    if (first === "transform") {
      const changes = third ? { crop: { [third]: value } } : { [second]: value };
      this.#edit(t("Change the picture"), (tl) => setTransform(tl, id, changes), key);
      return;
    }
    const edits = {
      start_time: [t("Trim the beginning"), (tl) => trimStart(tl, { kind, id, to: value, ripple })],
      end_time: [
        t("Trim the end"),
        (tl) => trimEnd(tl, { kind, id, to: value, sourceDuration: limit, ripple }),
      ],
      speed: [t("Change the speed"), (tl) => setSpeed(tl, { kind, id, speed: value, ripple })],
      volume: [t("Change the volume"), (tl) => changePart(tl, { kind, id }, { volume: value })],
      muted: [t("Mute"), (tl) => changePart(tl, { kind, id }, { muted: value })],
      duck: [t("Duck under speech"), (tl) => changePart(tl, { kind, id }, { duck: value })],
      fade_in: [
        t("Fade the sound"),
        (tl, clip) => setFade(tl, kind, clip, { edge: "start", length: value }),
      ],
      fade_out: [
        t("Fade the sound"),
        (tl, clip) => setFade(tl, kind, clip, { edge: "end", length: value }),
      ],
    };
    const [label, change] = edits[first];
    this.#edit(label, change, key);
  }
}
