/**
 * The frame as the server renders it, over the preview: when a person asks for it,
 * and where the browser cannot do an effect. It is only right for what is saved.
 */
import { t } from "../../shared/i18n.js";
import { effectName } from "../panels/effects_list.js";

const QUIET_MS = 350;

export class ExactFrame {
  #timer = 0;
  #asked = 0;
  #wanted = false;
  #beyond = [];
  #shown = null;

  /** @param {{image: HTMLImageElement, note: HTMLElement, button: HTMLElement, store: object,
   *   projectId: string, save: () => Promise<boolean>}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    const { store } = this;
    const changed = () => this.#changed();
    store.watchDocument(changed);
    store.watch((state) => state.time, changed);
    store.watch((state) => state.playing, changed);
  }

  toggle() {
    this.#wanted = !this.#wanted;
    this.button.setAttribute("aria-pressed", String(this.#wanted));
    this.#changed();
  }

  /** @param {object[]} beyond effects of this moment that the browser cannot do */
  needs(beyond) {
    const types = [...new Set(beyond.map(({ type }) => type))];
    if (types.join() === this.#beyond.join()) return;
    this.#beyond = types;
    this.#changed();
  }

  #changed() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    const { playing } = this.store.state.get();
    const needed = this.#wanted || this.#beyond.length > 0;
    this.image.hidden = true;
    this.#say(playing && this.#beyond.length > 0 ? t("{effects}: seen when playback is paused.", { effects: this.#names }) : "");
    if (!needed || playing || this.store.timeline.duration === 0) return;
    this.#timer = setTimeout(() => void this.#show(), QUIET_MS);
  }

  get #names() {
    return this.#beyond.map(effectName).join(", ");
  }

  #say(text) {
    this.note.textContent = text;
    this.note.hidden = text === "";
  }

  async #show() {
    const turn = this.#asked;
    this.#say(t("Rendering this frame…"));
    const saved = await this.save();
    if (turn !== this.#asked) return;
    if (!saved) {
      this.#say(t("This frame can be rendered when the project is saved."));
      return;
    }
    const at = this.store.shownTime;
    try {
      const answer = await fetch(
        `/api/v1/video-projects/${this.projectId}/frame/?time_ms=${Math.round(at * 1000)}`,
        { credentials: "same-origin" },
      );
      if (!answer.ok) throw new Error(String(answer.status));
      const blob = await answer.blob();
      if (turn !== this.#asked) return;
      if (this.#shown) URL.revokeObjectURL(this.#shown);
      this.#shown = URL.createObjectURL(blob);
      this.image.src = this.#shown;
      await this.image.decode();
      if (turn !== this.#asked) return;
      this.image.hidden = false;
      this.#say(
        this.#beyond.length > 0
          ? t("{effects}: this is the rendered frame.", { effects: this.#names })
          : t("This is the rendered frame."),
      );
    } catch {
      if (turn === this.#asked) this.#say(t("The server could not render this frame. Move the playhead to try again."));
    }
  }
}
