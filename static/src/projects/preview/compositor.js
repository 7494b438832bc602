/** Lays the planes of a moment over one another. Sizes are those of the frame on screen. */
import { SvgFilters } from "./svg_filters.js";
import { beyondBrowser, vignetteOf, vignetteStops } from "./filters.js";
import { boxOf, effectsOf } from "./scene.js";

const set = (style, name, value) => {
  if (style[name] !== value) style[name] = value;
};
const percent = (share) => `${Math.round(share * 1e4) / 100}%`;

export class Compositor {
  /** @param {{frame: HTMLElement, screen: HTMLElement,
   *   store: import("../editor_store.js").EditorStore}} parts */
  constructor({ frame, screen, store }) {
    Object.assign(this, { frame, screen, store });
    this.filters = new SvgFilters(screen);
    this.#measure();
    new ResizeObserver(() => this.#measure()).observe(frame);
  }

  /** Kept: asking for it while something is dragged lays the whole page out. */
  #measure() {
    /** The size of the frame on screen. */
    this.size = { width: this.frame.clientWidth, height: this.frame.clientHeight };
  }

  /**
   * @param {import("./scene.js").Plane} plane
   * @param {import("./media_pool.js").Held} held
   * @param {number} order
   * @returns {object[]} effects that cannot be shown here
   */
  show(plane, held, order) {
    const { size } = this;
    const picture = held.size;
    held.wrap.hidden = !picture;
    if (!picture) return [];
    const box = boxOf(plane.clip, picture, size);
    const { style } = held.wrap;
    set(style, "zIndex", String(order + 1));
    set(style, "opacity", String(plane.opacity));
    set(style, "filter", plane.dim < 1 ? `brightness(${plane.dim.toFixed(4)})` : "none");
    const { x, y } = plane.shift;
    set(style, "transform", x || y ? `translate(${percent(x)}, ${percent(y)})` : "none");
    const { inset } = plane;
    const clip = inset
      ? `inset(${percent(inset.top)} ${percent(inset.right)} ${percent(inset.bottom)} ${percent(inset.left)})`
      : "none";
    set(style, "clipPath", clip);
    const effects = effectsOf(plane);
    this.#place(held, box);
    const shown = size.width / this.store.settings.resolution.width;
    const scale = { pixels: shown / box.scale, dots: shown * (devicePixelRatio || 1) };
    set(held.media.style, "filter", effects.length > 0 ? this.filters.of(effects, scale) : "none");
    this.#shade(held, effects, box);
    return beyondBrowser(effects);
  }

  #place(held, box) {
    for (const element of [held.media, held.shade]) {
      const { style } = element;
      set(style, "width", `${box.width}px`);
      set(style, "height", `${box.height}px`);
      set(style, "left", `${box.x - box.width / 2}px`);
      set(style, "top", `${box.y - box.height / 2}px`);
      const turn = box.rotation || box.scale !== 1 ? `rotate(${box.rotation}deg) scale(${box.scale})` : "none";
      set(style, "transform", turn);
      set(style, "opacity", String(box.opacity));
      const { top, right, bottom, left } = box.crop;
      const cropped = top || right || bottom || left;
      set(style, "clipPath", cropped ? `inset(${[top, right, bottom, left].map(percent).join(" ")})` : "none");
    }
  }

  #shade(held, effects, box) {
    const vignette = vignetteOf(effects);
    held.shade.hidden = !vignette;
    if (!vignette) return;
    const radius = Math.hypot(box.width, box.height) / 2;
    const stops = vignetteStops(vignette.parameters?.amount ?? 0.5).join(", ");
    set(held.shade.style, "backgroundImage", `radial-gradient(circle ${radius}px at center, ${stops})`);
  }
}
