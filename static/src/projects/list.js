/** Entry of the list of projects. */
import { Controller } from "@hotwired/stimulus";
import { application } from "../shared/application.js";
import { ask } from "../shared/dialogs.js";
import { field, fromTemplate, setText, show } from "../shared/dom.js";
import { api, pageData } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { formatAge, formatDuration } from "../shared/time.js";
import { toast, toastError } from "../shared/toasts.js";
import { importBody } from "./import_file.js";

class ProjectsController extends Controller {
  static targets = [
    "grid", "empty", "tools", "dialog", "choices", "noChoices", "choice", "cardTemplate",
    "sourceFrame",
  ];

  connect() {
    this.leaving = new AbortController();
    this.projects = new Map();
    for (const project of pageData().projects ?? []) this.put(project, { at: "end" });
    const press = (event) => this.press(event);
    this.gridTarget.addEventListener("click", press, { signal: this.leaving.signal });
  }

  disconnect() {
    this.leaving.abort();
  }

  card(id) {
    return this.gridTarget.querySelector(`[data-project="${CSS.escape(id)}"]`);
  }

  put(project, { at = "start" } = {}) {
    this.projects.set(project.id, project);
    let card = this.card(project.id);
    if (!card) {
      card = fromTemplate(this.cardTemplateTarget);
      card.dataset.project = project.id;
      if (at === "start") this.gridTarget.prepend(card);
      else this.gridTarget.append(card);
    }
    const page = `/projects/${project.id}/`;
    field(card, "link").href = page;
    field(card, "title").href = page;
    setText(card, "title", project.name);
    card
      .querySelector("[data-menu-target='button']")
      .setAttribute("aria-label", t("More actions for {title}", { title: project.name }));
    const poster = field(card, "poster");
    if (project.thumbnail_url && poster.getAttribute("src") !== project.thumbnail_url) {
      poster.src = project.thumbnail_url;
    }
    show(poster, Boolean(project.thumbnail_url));
    const duration = project.timeline?.duration;
    setText(card, "duration", formatDuration(duration * 1000));
    show(field(card, "duration"), duration > 0);
    setText(card, "meta", t("Edited {age}", { age: formatAge(project.updated_at) }));
    this.paintEmpty();
  }

  paintEmpty() {
    const filled = this.gridTarget.childElementCount > 0;
    show(this.emptyTarget, !filled);
    show(this.toolsTarget, filled);
  }

  async create() {
    this.choicesTarget.replaceChildren();
    const add = (asset) => {
      const choice = fromTemplate(this.choiceTarget);
      if (asset) {
        choice.querySelector("input").value = asset.id;
        setText(choice, "title", asset.title);
        setText(choice, "duration", formatDuration(asset.duration_ms));
        show(field(choice, "duration"), Boolean(asset.duration_ms));
        if (asset.poster_url) field(choice, "poster").src = asset.poster_url;
        show(field(choice, "poster"), Boolean(asset.poster_url));
      }
      this.choicesTarget.append(choice);
    };
    this.dialogTarget.showModal();
    this.dialogTarget.querySelector("[name='name']").select();
    try {
      const { results } = await api("assets/?status=ready&kind=video");
      for (const asset of results) add(asset);
      show(this.noChoicesTarget, results.length === 0);
    } catch (error) {
      toastError(error);
    }
    add(null);
    this.choicesTarget.querySelector("input").checked = true;
    this.chosen();
  }

  /** Without a video there is no frame to take over: then it is wide. */
  chosen() {
    const { asset, template } = this.dialogTarget.querySelector("form").elements;
    const isEmpty = asset && !asset.value;
    show(this.sourceFrameTarget, !isEmpty);
    if (isEmpty && !template.value) template.value = "16:9";
  }

  dismiss() {
    this.dialogTarget.close();
  }

  async submit(event) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const body = { name: String(data.get("name")).trim() };
    for (const name of ["asset", "template"]) {
      if (data.get(name)) body[name] = data.get(name);
    }
    try {
      const project = await api("video-projects/", { method: "POST", body });
      location.assign(`/projects/${project.id}/`);
    } catch (error) {
      this.dialogTarget.close();
      toastError(error);
    }
  }

  async import({ currentTarget: input }) {
    const [file] = input.files;
    const button = input.closest("label");
    input.value = "";
    if (!file || button.getAttribute("aria-busy") === "true") return;
    const label = button.querySelector("span");
    const words = label.textContent;
    button.setAttribute("aria-busy", "true");
    label.textContent = t("Importing…");
    try {
      const body = await importBody(file);
      const project = await api("video-projects/imports/", { method: "POST", body });
      location.assign(`/projects/${project.id}/`);
    } catch (error) {
      toastError(error);
    } finally {
      button.removeAttribute("aria-busy");
      label.textContent = words;
    }
  }

  async press(event) {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    const project = this.projects.get(button.closest("[data-project]").dataset.project);
    button.disabled = true;
    try {
      await this[`${button.dataset.do}Project`](project);
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  }

  async renameProject(project) {
    const name = await ask({
      title: t("Rename"),
      ok: t("Rename"),
      input: { label: t("Name"), value: project.name },
    });
    if (!name || name === project.name) return;
    const body = { name, revision: project.revision };
    this.put(await api(`video-projects/${project.id}/`, { method: "PATCH", body }));
  }

  async duplicateProject(project) {
    this.put(await api(`video-projects/${project.id}/duplicate/`, { method: "POST" }));
  }

  async deleteProject(project) {
    const sure = await ask({
      title: t("Delete this project?"),
      text: t("“{title}” goes to the bin. Its videos stay in the library.", {
        title: project.name,
      }),
      ok: t("Delete"),
      danger: true,
    });
    if (!sure) return;
    await api(`video-projects/${project.id}/`, { method: "DELETE" });
    this.projects.delete(project.id);
    this.card(project.id)?.remove();
    this.paintEmpty();
    toast(t("Deleted “{title}”.", { title: project.name }), {
      action: {
        label: t("Undo"),
        run: async () => {
          try {
            const path = `video-projects/${project.id}/restore/`;
            this.put((await api(path, { method: "POST" })) ?? project);
          } catch (error) {
            toastError(error);
          }
        },
      },
    });
  }
}

application.register("projects", ProjectsController);
