/** Fields of a form, filled where they are on the page. */
import { api, isTransient } from "../shared/http.js";
import { toastError } from "../shared/toasts.js";
import { viewBounds } from "./geometry.js";

const QUIET_MS = 600;
const RETRY_MS = 4_000;

export class FormFields {
  #store;
  #viewer;
  #onState;
  #fields = [];
  #pending = new Map();
  #timer = null;
  #running = null;

  /** @param {{store: object, viewer: object, onState: (state: string) => void}} options */
  constructor({ store, viewer, onState }) {
    this.#store = store;
    this.#viewer = viewer;
    this.#onState = onState;
  }

  get #path() {
    return `pdf-projects/${this.#store.project.id}/fields/`;
  }

  async load() {
    this.#fields = this.#store.project.has_form ? await this.#ask() : [];
    for (const view of this.#viewer.views) this.attach(view);
  }

  async #ask() {
    const answer = await api(this.#path);
    return answer.fields;
  }

  attach(view) {
    view.extras.querySelectorAll(".pdf-field").forEach((element) => element.remove());
    this.#fields.forEach((field, index) => {
      if (field.page !== view.page.id || !field.rect) return;
      const element = this.#make(field, index);
      if (element) view.extras.append(element);
    });
    this.place(view);
  }

  place(view) {
    for (const element of view.extras.querySelectorAll(".pdf-field")) {
      const { rect } = this.#fields[Number(element.dataset.index)];
      const [x0, y0, x1, y1] = rect;
      const box = viewBounds(view.page, view.scale, { x: x0, y: y0, width: x1 - x0, height: y1 - y0 });
      element.style.left = `${box.x}px`;
      element.style.top = `${box.y}px`;
      element.style.width = `${box.width}px`;
      element.style.height = `${box.height}px`;
      element.style.fontSize = `${Math.max(6, Math.min(box.height * 0.62, 12 * view.scale * (view.page.user_unit || 1)))}px`;
    }
  }

  #make(field, index) {
    const { kind, value, options = [] } = field;
    let element;
    if (kind === "choice" || kind === "combo" || kind === "list") {
      element = document.createElement("select");
      element.multiple = kind === "list" && Array.isArray(value);
      const chosen = [value].flat();
      element.append(new Option("", ""), ...options.map((option) => {
        const [own, label] = Array.isArray(option) ? option : [option.value ?? option, option.label ?? option.value ?? option];
        return new Option(label, own, false, chosen.includes(own));
      }));
    } else if (kind === "multiline") {
      element = document.createElement("textarea");
      element.value = value ?? "";
    } else if (["checkbox", "radio"].includes(kind)) {
      element = document.createElement("input");
      element.type = kind;
      element.name = field.name;
      element.checked = kind === "radio" ? value != null && value === (field.option ?? field.on) : Boolean(value) && value !== "Off";
    } else if (kind === "text" || kind === "password") {
      element = document.createElement(field.multiline ? "textarea" : "input");
      element.value = value ?? "";
    } else return null;
    element.classList.add("pdf-field");
    element.dataset.index = String(index);
    element.disabled = Boolean(field.read_only);
    element.setAttribute("aria-label", field.label ?? field.name);
    if (field.max_length) element.maxLength = field.max_length;
    element.addEventListener("change", () => this.#changed(field, element));
    element.addEventListener("input", () => element.type !== "checkbox" && element.type !== "radio" && this.#changed(field, element));
    return element;
  }

  #changed(field, element) {
    let { value } = element;
    if (element.type === "checkbox") value = element.checked;
    if (element.type === "radio") value = field.option ?? field.on ?? true;
    if (element.multiple) value = [...element.selectedOptions].map((option) => option.value);
    for (const same of this.#fields) if (same.name === field.name) same.value = value;
    this.#pending.set(field.name, value);
    this.#onState("waiting");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), QUIET_MS);
  }

  /** Sends what was filled in. Resolves to whether the server has all of it. */
  async flush() {
    clearTimeout(this.#timer);
    this.#running ??= this.#drain().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #drain() {
    while (this.#pending.size > 0) if (!(await this.#send())) return false;
    return true;
  }

  /** Pages may have been turned or details changed elsewhere: fields are still fields. */
  async #patch(values) {
    const send = () =>
      api(this.#path, { method: "PATCH", body: { values, revision: this.#store.project.revision } });
    try {
      return await send();
    } catch (error) {
      if (error.code !== "revision_conflict") throw error;
      const { revision } = await api(`pdf-projects/${this.#store.project.id}/`);
      this.#store.state.patch({ project: { ...this.#store.project, revision } });
      return send();
    }
  }

  async #send() {
    const values = Object.fromEntries(this.#pending);
    this.#pending.clear();
    this.#onState("saving");
    try {
      const answer = await this.#patch(values);
      if (answer?.revision) {
        this.#store.state.patch({ project: { ...this.#store.project, revision: answer.revision } });
      }
      if (this.#pending.size === 0) this.#onState("saved");
      return true;
    } catch (error) {
      for (const [name, value] of Object.entries(values)) {
        if (!this.#pending.has(name)) this.#pending.set(name, value);
      }
      if (isTransient(error)) {
        this.#onState("offline");
        this.#timer = setTimeout(() => this.flush(), RETRY_MS);
      } else {
        this.#onState("refused");
        toastError(error);
      }
      return false;
    }
  }
}
