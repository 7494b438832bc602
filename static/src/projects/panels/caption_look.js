/** How burnt-in captions look and where they are: one choice for all of them. */
import { show } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { familyNames } from "../fonts.js";
import { captionLook, captionsOf, changeCaptions } from "../model/words.js";
import { BoundFields } from "./fields.js";

export class CaptionLook {
  /** @param {{root: HTMLElement, store: import("../editor_store.js").EditorStore}} parts */
  constructor({ root, store }) {
    Object.assign(this, { root, store });
    const fonts = root.querySelector("[data-bind='style.font_family']");
    for (const family of familyNames()) fonts.append(new Option(family, family));
    this.fields = new BoundFields(root, (path, value, { live }) => this.#set(path, value, live));
    root.addEventListener("click", (event) => {
      const { captionY } = event.target.closest("[data-caption-y]")?.dataset ?? {};
      if (captionY) this.#change({ position: { x: 0.5, y: Number(captionY) } });
    });
  }

  paint() {
    const { timeline } = this.store;
    const look = captionLook(timeline);
    show(this.root, captionsOf(timeline).burn_in);
    this.fields.paint(look);
    for (const button of this.root.querySelectorAll("[data-caption-y]")) {
      const isThere = look.position.x === 0.5 && look.position.y === Number(button.dataset.captionY);
      button.setAttribute("aria-pressed", String(isThere));
    }
  }

  #set(path, value, live) {
    const [part, name] = path.split(".");
    this.#change({ [part]: { [name]: value } }, live ? `captions.${path}` : undefined);
  }

  #change(changes, key) {
    this.store.edit(t("Change the look of captions"), (tl) => changeCaptions(tl, changes), { key });
  }
}
