/** Named versions of the project: keeping one, and going back to it. */
import { fromTemplate, setText, show } from "../../shared/dom.js";
import { api } from "../../shared/http.js";
import { t } from "../../shared/i18n.js";
import { formatAge, formatTimecode } from "../../shared/time.js";
import { toast, toastError } from "../../shared/toasts.js";

export class VersionsPanel {
  /** @param {{root: HTMLElement, projectId: string, autosave: object,
   *   reload: (label: string) => Promise<void>}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    const part = (name) => this.root.querySelector(`[data-versions="${name}"]`);
    Object.assign(this, {
      form: part("form"), name: part("name"), list: part("list"), empty: part("empty"),
      template: part("template"),
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#keep();
    });
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-version-restore]");
      if (button) void this.#restore(button);
    });
  }

  get #path() {
    return `video-projects/${this.projectId}/revisions/`;
  }

  async load() {
    try {
      const answer = await api(this.#path);
      this.#paint(answer.results ?? answer);
    } catch (error) {
      toastError(error);
    }
  }

  #paint(versions) {
    show(this.empty, versions.length === 0);
    this.list.replaceChildren(
      ...versions.map((version) => {
        const row = fromTemplate(this.template);
        row.dataset.id = version.id;
        setText(row, "name", version.name || t("Kept by itself"));
        const length = version.duration ?? (version.duration_ms == null ? null : version.duration_ms / 1000);
        const facts = [formatAge(version.created_at), length == null ? "" : formatTimecode(length)];
        setText(row, "facts", facts.filter(Boolean).join(" · "));
        return row;
      }),
    );
  }

  async #keep() {
    const name = this.name.value.trim();
    if (!name) return;
    try {
      if (!(await this.autosave.flush())) throw new Error(t("The project is not saved yet. Try again in a moment."));
      await api(this.#path, { method: "POST", body: { name } });
      this.name.value = "";
      await this.load();
    } catch (error) {
      toastError(error);
    }
  }

  async #restore(button) {
    const { id } = button.closest("[data-id]").dataset;
    button.disabled = true;
    try {
      if (!(await this.autosave.flush())) throw new Error(t("The project is not saved yet. Try again in a moment."));
      await api(`${this.#path}${id}/restore/`, { method: "POST" });
      await this.reload(t("Restore a version"));
      toast(t("Restored. Undo brings back what you had."), { tone: "success" });
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  }
}
