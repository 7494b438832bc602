/** The signature pad; signatures are kept in this browser, never on the server alone. */
import { t } from "../../shared/i18n.js";
import { boundsOfPoints } from "../geometry.js";
import { personal } from "../local_database.js";
import { curvePath, finishStroke, hasPressure } from "../smoothing.js";
import { svg } from "../view/annotation_svg.js";

const KEPT = "signatures";
const MOST_KEPT = 6;

export class SignatureDialog {
  #dialog;
  #strokes = [];
  #ink;
  #use;
  #resolve = null;

  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.#dialog = dialog;
    this.#ink = dialog.querySelector("[data-pad-ink]");
    this.#use = dialog.querySelector("[data-pad-use]");
    dialog.querySelector("[data-pad]").addEventListener("pointerdown", (event) => this.#draw(event));
    dialog.querySelector("[data-pad-clear]").addEventListener("click", () => this.#clear());
    this.#use.addEventListener("click", () => this.#done());
    dialog.addEventListener("close", () => this.#finish(null));
    dialog.querySelector("[data-signatures]").addEventListener("click", (event) => this.#press(event));
  }

  /** @returns {Promise<number[][][] | null>} strokes in pixels of the pad */
  async ask() {
    this.#clear();
    await this.#list();
    this.#dialog.showModal();
    return new Promise((resolve) => (this.#resolve = resolve));
  }

  #finish(strokes) {
    const resolve = this.#resolve;
    this.#resolve = null;
    resolve?.(strokes);
  }

  #draw(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    const pad = event.currentTarget;
    pad.setPointerCapture(event.pointerId);
    const { left, top } = pad.getBoundingClientRect();
    const placeOf = ({ clientX, clientY, pointerType, pressure }) => [
      clientX - left, clientY - top, pointerType === "pen" ? pressure : 0.5,
    ];
    const stroke = [placeOf(event)];
    const path = svg("path", { d: curvePath(stroke) });
    this.#ink.append(path);
    const over = new AbortController();
    const { signal } = over;
    pad.addEventListener("pointermove", (now) => {
      for (const each of now.getCoalescedEvents?.() ?? [now]) {
        stroke.push(placeOf(each));
      }
      path.setAttribute("d", curvePath(stroke));
    }, { signal });
    const end = () => {
      over.abort();
      const finished = finishStroke(stroke, { tolerance: 0.4, withPressure: hasPressure(stroke) });
      path.setAttribute("d", curvePath(finished));
      this.#strokes.push(finished);
      this.#paint();
    };
    pad.addEventListener("pointerup", end, { signal });
    pad.addEventListener("pointercancel", end, { signal });
  }

  #clear() {
    this.#strokes = [];
    this.#ink.replaceChildren();
    this.#paint();
  }

  #paint() {
    const isEmpty = this.#strokes.length === 0;
    this.#use.disabled = isEmpty;
    this.#dialog.querySelector("[data-pad-hint]").hidden = !isEmpty;
  }

  /** Gives way at once: the next press is meant for the page. */
  async #done() {
    const strokes = this.#strokes;
    this.#finish(strokes);
    this.#dialog.close();
    if (!this.#dialog.querySelector("[data-pad-keep]").checked) return;
    const kept = (await personal.get(KEPT)) ?? [];
    personal.set(KEPT, [strokes, ...kept].slice(0, MOST_KEPT));
  }

  async #list() {
    const kept = (await personal.get(KEPT)) ?? [];
    const items = kept.map((strokes, index) => {
      const { x, y, width, height } = boundsOfPoints(strokes.flat().map(([px, py]) => ({ x: px, y: py })));
      const button = document.createElement("button");
      button.type = "button";
      button.className = "pdf-signature";
      button.dataset.index = String(index);
      button.setAttribute("aria-label", t("Signature {number}", { number: index + 1 }));
      button.append(
        svg("svg", { viewBox: `${x - 4} ${y - 4} ${width + 8} ${height + 8}` },
          ...strokes.map((stroke) => svg("path", { d: curvePath(stroke) }))),
      );
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "pdf-signature-remove";
      remove.dataset.forget = String(index);
      remove.textContent = "×";
      remove.setAttribute("aria-label", t("Forget signature {number}", { number: index + 1 }));
      const item = document.createElement("div");
      item.className = "pdf-signature-item";
      item.append(button, remove);
      return item;
    });
    this.#dialog.querySelector("[data-signatures]").replaceChildren(...items);
    this.kept = kept;
  }

  async #press(event) {
    const { index, forget } = event.target.closest("button")?.dataset ?? {};
    if (forget !== undefined) {
      personal.set(KEPT, this.kept.filter((_, i) => i !== Number(forget)));
      await this.#list();
    } else if (index !== undefined) {
      this.#finish(this.kept[Number(index)]);
      this.#dialog.close();
    }
  }
}
