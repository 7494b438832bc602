/** One page on screen: canvas, selectable text, links and fields, annotations. */
import { viewSize } from "../geometry.js";
import { Overlay } from "./overlay.js";

const make = (className, name = "div") => {
  const element = document.createElement(name);
  element.className = className;
  return element;
};

export class PageView {
  #file;
  #task = null;
  #text = null;
  #drawnScale = null;
  #stopped = false;

  /** @param {{page: object, number: number, file: import("../pdf_file.js").PdfFile,
   *   label: string, onText: (view: PageView) => void}} options */
  constructor({ page, number, file, label, onText }) {
    this.page = page;
    this.number = number;
    this.#file = file;
    this.onText = onText;
    this.element = make("pdf-page");
    this.element.dataset.page = page.id;
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", label);
    this.canvas = make("pdf-canvas", "canvas");
    this.textLayer = make("textLayer");
    this.extras = make("pdf-extras");
    this.overlay = new Overlay(page);
    this.element.append(this.canvas, this.textLayer, ...this.overlay.elements, this.extras);
    this.strings = [];
    this.spans = [];
  }

  /** Puts the page where it belongs; what was drawn is stretched meanwhile. */
  place(box, page, scale) {
    const turned = page.rotation !== this.page.rotation;
    this.page = page;
    this.scale = scale;
    const { style } = this.element;
    style.left = `${box.x}px`;
    style.top = `${box.y}px`;
    style.width = `${box.width}px`;
    style.height = `${box.height}px`;
    this.overlay.place(page, scale);
    this.element.style.setProperty("--page-scale", String(scale * (page.user_unit || 1)));
    if (turned) {
      this.#drawnScale = null;
      this.#dropText();
      this.canvas.width = this.canvas.height = 0;
    }
    this.#text?.update(scale);
  }

  get isStale() {
    return this.#drawnScale !== this.scale && !this.#stopped;
  }

  /** Draws at the scale of the last place(). Resolves when it is on screen. */
  async draw() {
    this.#task?.cancel();
    const { scale, page } = this;
    const size = viewSize(page, scale);
    // A new canvas: the old picture stays until the new one is whole.
    const canvas = make("pdf-canvas", "canvas");
    canvas.setAttribute("aria-hidden", "true");
    try {
      const task = await this.#file.draw({
        number: this.number, scale, rotation: page.rotation, canvas,
      });
      if (this.#stopped || size.width === 0) {
        task.cancel();
        return;
      }
      this.#task = task;
      await task.promise;
      this.#drawnScale = scale;
      this.canvas.replaceWith(canvas);
      this.canvas = canvas;
      this.element.classList.add("is-drawn");
      await this.#layText();
    } catch (error) {
      if (error?.name !== "RenderingCancelledException" && error?.name !== "AbortException") throw error;
    } finally {
      this.#task = null;
    }
  }

  async #layText() {
    if (this.#text || this.#stopped) return;
    const container = make("textLayer");
    const { scale, page } = this;
    const text = await this.#file.layText({
      number: this.number, scale, rotation: page.rotation, container,
    });
    if (this.#stopped || page.rotation !== this.page.rotation) return;
    this.textLayer.replaceWith(container);
    this.textLayer = container;
    this.#text = text;
    this.strings = text.strings;
    this.spans = text.spans;
    this.element.classList.add("has-text");
    if (this.scale !== scale) text.update(this.scale);
    this.onText(this);
  }

  #dropText() {
    this.#text?.cancel();
    this.#text = null;
    this.strings = [];
    this.spans = [];
    this.textLayer.replaceChildren();
  }

  remove() {
    this.#stopped = true;
    this.#task?.cancel();
    this.#text?.cancel();
    this.element.remove();
    // Some browsers keep the memory of a canvas until they have nothing better to do.
    this.canvas.width = this.canvas.height = 0;
  }
}
