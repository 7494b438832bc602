/** The menu of the Render button: preset, part, and what the render will cost. */
import { show } from "../../shared/dom.js";
import { api } from "../../shared/http.js";
import { t } from "../../shared/i18n.js";
import { formatTimecode } from "../../shared/time.js";
import { renderWish } from "../model/wish.js";

const percent = (share) => `${Math.round(share * 100)} %`;

export class ExportMenu {
  #asked = 0;

  /** @param {{root: HTMLElement, button: HTMLElement, store: object, projectId: string,
   *   save: () => Promise<boolean>}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    const part = (name) => this.root.querySelector(`[data-export-field="${name}"]`);
    for (const name of ["preset", "range", "clear", "plan", "legend", "time", "loudness", "frame", "length"]) {
      this[name] = part(name);
    }
    this.frameRow = part("frame-row");
    this.ownLoudness = part("own-loudness");
    this.loudnessField = part("loudness-field");
    this.timeRow = part("time-row");
    this.button.addEventListener("click", () => setTimeout(() => this.#opened(), 0));
    this.preset.addEventListener("change", () => {
      show(this.loudnessField, this.preset.value !== "gif");
      this.#paintFacts();
      void this.#plan();
    });
    this.loudness.addEventListener("change", () => void this.#plan());
    this.store.watch((state) => state.range, () => this.#paintFacts());
    this.store.watchDocument(() => this.#paintFacts());
  }

  /** The body of a request for a render. */
  get choices() {
    return renderWish({
      preset: this.preset.value,
      loudness: this.loudness.value,
      range: this.store.state.get().range,
      duration: this.store.timeline.duration,
    });
  }

  #paintFacts() {
    const { timeline } = this.store;
    const { range } = this.store.state.get();
    const [start, end] = range ? [range.start, Math.min(range.end, timeline.duration)] : [0, timeline.duration];
    show(this.clear, Boolean(range));
    this.range.textContent = range ? `${formatTimecode(start)} – ${formatTimecode(end)}` : t("All of it");
    this.length.textContent = formatTimecode(Math.max(0, end - start));
  }

  #opened() {
    if (this.root.hidden) return;
    const { loudness_lufs: lufs } = this.store.settings;
    this.ownLoudness.textContent = lufs == null
      ? t("Off: as mixed")
      : t("As the project: {count} LUFS", { count: String(lufs).replace("-", "−") });
    void this.#plan();
  }

  async #plan() {
    const turn = (this.#asked += 1);
    show(this.plan, false);
    show(this.timeRow, false);
    show(this.frameRow, false);
    if (this.store.timeline.duration === 0 || !(await this.save())) return;
    try {
      const { preset, ...rest } = this.choices;
      const query = new URLSearchParams({ preset: preset ?? "project", ...rest });
      const plan = await api(`video-projects/${this.projectId}/plan/?${query}`);
      if (turn === this.#asked) this.#paintPlan(plan);
    } catch {
      // A render can be asked for without knowing what it will cost.
    }
  }

  #paintPlan(plan) {
    const shares = { copied: plan.copied_share, cached: plan.cached_share, encoded: plan.encoded_share };
    for (const [name, share] of Object.entries(shares)) {
      this.plan.querySelector(`[data-plan="${name}"]`).style.flexGrow = String(share ?? 0);
    }
    const words = {
      copied: (share) => t("{share} copied", { share }),
      cached: (share) => t("{share} from before", { share }),
      encoded: (share) => t("{share} to encode", { share }),
    };
    this.legend.textContent = Object.entries(shares)
      .filter(([, share]) => share > 0.004)
      .map(([name, share]) => words[name](percent(share)))
      .join(" · ");
    show(this.plan, this.legend.textContent !== "");
    const { frame } = plan;
    show(this.frameRow, Boolean(frame));
    if (frame) this.frame.textContent = `${frame.width} × ${frame.height} · ${frame.frame_rate} fps`;
    show(this.timeRow, plan.estimated_s != null);
    if (plan.estimated_s != null) {
      const seconds = Math.max(1, Math.round(plan.estimated_s));
      this.time.textContent = seconds < 90
        ? t("about {count} s", { count: seconds })
        : t("about {count} min", { count: Math.round(seconds / 60) });
    }
  }
}
