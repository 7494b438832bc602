/** The effects of a clip: adding, setting, timing, ordering, removing. */
import { field, fromTemplate, paintRange, setText, show } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import {
  addEffect, changeEffect, orderEffect, removeEffect, timeEffect,
} from "../model/looks.js";

const NAMES = {
  brightness: "Brightness", contrast: "Contrast", saturation: "Saturation", hue: "Hue",
  gamma: "Gamma", blur: "Blur", sharpen: "Sharpen", grayscale: "Grayscale", sepia: "Sepia",
  vignette: "Vignette", noise_reduction: "Noise reduction", chroma_key: "Chroma key",
  stabilise: "Stabilise",
};
const PARAMETERS = {
  amount: "Amount", degrees: "Degrees", radius: "Radius", strength: "Strength", color: "Colour",
  similarity: "Similarity", blend: "Blend",
};
/** What an effect begins with where its default would change nothing. */
const STARTS = {
  brightness: { amount: 0.1 }, contrast: { amount: 1.2 }, saturation: { amount: 1.3 },
  hue: { degrees: 30 }, gamma: { amount: 1.2 },
};

export const effectName = (type) => t(NAMES[type] ?? type);

export class EffectsList {
  #rows = new Map();

  /** @param {{root: HTMLElement, store: object,
   *   kinds: {type: string, parameters: object[]}[]}} parts */
  constructor({ root, store, kinds }) {
    Object.assign(this, { store });
    this.kinds = new Map(kinds.map((kind) => [kind.type, kind]));
    const part = (name) => root.querySelector(`[data-effects="${name}"]`);
    this.list = part("list");
    this.template = part("template");
    this.picker = part("add");
    for (const { type } of kinds) this.picker.append(new Option(effectName(type), type));
    this.picker.disabled = kinds.length === 0;
    this.picker.addEventListener("change", () => this.#add(this.picker.value));
    this.list.addEventListener("click", (event) => this.#press(event));
    this.list.addEventListener("input", (event) => this.#input(event));
    this.list.addEventListener("change", (event) => this.#change(event));
  }

  #add(type) {
    this.picker.value = "";
    const kind = this.kinds.get(type);
    if (!kind) return;
    const defaults = Object.fromEntries(kind.parameters.map((each) => [each.name, each.default]));
    const parameters = { ...defaults, ...STARTS[type] };
    this.store.edit(t("Add an effect"), (tl) => addEffect(tl, this.clip.id, { type, parameters }));
  }

  paint(clip) {
    this.clip = clip;
    const effects = clip.effects ?? [];
    const rows = effects.map((effect) => {
      let row = this.#rows.get(effect.id);
      if (!row) {
        row = this.#make(effect);
        this.#rows.set(effect.id, row);
      }
      this.#fill(row, effect);
      return row;
    });
    const same = rows.length === this.list.children.length &&
      rows.every((row, index) => this.list.children[index] === row);
    if (!same) this.list.replaceChildren(...rows);
    if (this.#rows.size > 200) this.#rows.clear();
  }

  #make(effect) {
    const row = fromTemplate(this.template);
    row.dataset.id = effect.id;
    setText(row, "name", effectName(effect.type));
    const holder = field(row, "parameters");
    for (const parameter of this.kinds.get(effect.type)?.parameters ?? []) {
      holder.append(this.#control(parameter, effect));
    }
    return row;
  }

  #control(parameter, effect) {
    const line = document.createElement("label");
    line.className = "slider";
    const name = document.createElement("span");
    name.textContent = t(PARAMETERS[parameter.name] ?? parameter.name);
    const input = document.createElement("input");
    input.dataset.parameter = parameter.name;
    line.append(name, input);
    if (parameter.kind === "color") {
      input.type = "color";
      input.className = "swatch swatch-s";
      return line;
    }
    const { minimum, maximum } = parameter;
    input.type = "range";
    input.className = "range";
    Object.assign(input, { min: minimum, max: maximum, step: maximum - minimum > 20 ? 1 : 0.01 });
    const value = document.createElement("input");
    value.className = "input input-s figures";
    value.inputMode = "decimal";
    value.dataset.parameter = parameter.name;
    value.setAttribute("aria-label", `${effectName(effect.type)}: ${name.textContent}`);
    line.append(value);
    return line;
  }

  #fill(row, effect) {
    const defaults = this.kinds.get(effect.type)?.parameters ?? [];
    for (const input of row.querySelectorAll("[data-parameter]")) {
      const { parameter } = input.dataset;
      const kind = defaults.find((each) => each.name === parameter);
      const value = effect.parameters?.[parameter] ?? kind?.default;
      const text = typeof value === "number" ? String(Math.round(value * 1000) / 1000) : value;
      if (document.activeElement !== input || input.type === "range") input.value = text;
      if (input.type === "range") paintRange(input);
    }
    const isPart = effect.start_time != null || effect.end_time != null;
    const control = (name) => row.querySelector(`[data-effect="${name}"]`);
    control("part").checked = isPart;
    for (const name of ["start", "end"]) show(control(name), isPart);
    for (const part of row.querySelectorAll(".effect-range > span")) show(part, isPart);
    const times = { start: effect.start_time ?? 0, end: effect.end_time ?? this.clip.duration };
    for (const [name, seconds] of Object.entries(times)) {
      if (document.activeElement !== control(name)) control(name).value = seconds.toFixed(2);
    }
  }

  #effectOf(element) {
    const { id } = element.closest("[data-id]")?.dataset ?? {};
    return (this.clip.effects ?? []).find((effect) => effect.id === id);
  }

  #press(event) {
    const { effect: action } = event.target.closest("button[data-effect]")?.dataset ?? {};
    const effect = action && this.#effectOf(event.target);
    if (!effect) return;
    const { id: clipId } = this.clip;
    const changes = {
      up: [t("Order the effects"), (tl) => orderEffect(tl, clipId, effect.id, -1)],
      down: [t("Order the effects"), (tl) => orderEffect(tl, clipId, effect.id, 1)],
      remove: [t("Remove the effect"), (tl) => removeEffect(tl, clipId, effect.id)],
    };
    this.store.edit(...changes[action]);
  }

  #set(input, value) {
    const { parameter } = input.dataset;
    const { id } = this.#effectOf(input);
    this.store.edit(
      t("Change the effect"),
      (tl) => changeEffect(tl, this.clip.id, id, { parameters: { [parameter]: value } }),
      { key: `${id}.${parameter}` },
    );
  }

  #input(event) {
    const { target } = event;
    if (!target.dataset.parameter) return;
    if (target.type === "range") this.#set(target, Number(target.value));
    else if (target.type === "color") this.#set(target, target.value);
  }

  #change(event) {
    const { target } = event;
    const effect = this.#effectOf(target);
    if (!effect) return;
    if (target.dataset.parameter && target.type === "text") {
      const kind = this.kinds.get(effect.type).parameters.find((each) => each.name === target.dataset.parameter);
      const value = Number(target.value.replace(",", "."));
      if (Number.isFinite(value)) this.#set(target, Math.max(kind.minimum, Math.min(kind.maximum, value)));
      this.#fill(target.closest("[data-id]"), this.#effectOf(target));
      return;
    }
    const { effect: name } = target.dataset;
    if (name === "part") {
      const whole = !target.checked;
      const times = whole ? { start: null, end: null } : { start: 0, end: this.clip.duration };
      this.#time(effect, times);
    } else if (name === "start" || name === "end") {
      const value = Number(target.value.replace(",", "."));
      const times = { start: effect.start_time ?? 0, end: effect.end_time ?? this.clip.duration };
      if (Number.isFinite(value)) times[name] = value;
      target.blur();
      this.#time(effect, times);
    }
  }

  #time(effect, times) {
    this.store.edit(t("Time the effect"), (tl) => timeEffect(tl, this.clip.id, effect.id, times));
  }
}
