/** The flags of markers above the ruler, one element each, changed where they differ. */
import { t } from "../../shared/i18n.js";
import { formatTimecode } from "../../shared/time.js";
import { ORIGIN_PX } from "./scale.js";

const DEFAULT_COLOR = "#ff6a2c";
/** A label reaches this far to the right of its flag. */
const LABEL_PX = 240;

function makeFlag(id) {
  const flag = document.createElement("button");
  flag.type = "button";
  flag.className = "marker";
  flag.dataset.item = "marker";
  flag.dataset.id = id;
  return { flag };
}

function paintFlag(painted, { marker, zoom, isSelected }) {
  const { flag } = painted;
  if (painted.marker !== marker || painted.zoom !== zoom) {
    flag.style.transform = `translateX(${ORIGIN_PX + marker.time * zoom}px)`;
  }
  if (painted.marker !== marker) {
    flag.style.setProperty("--marker", marker.color ?? DEFAULT_COLOR);
    flag.setAttribute("aria-label", marker.label || t("Marker at {time}", { time: formatTimecode(marker.time) }));
    paintLabel(flag, marker.label);
  }
  if (painted.isSelected !== isSelected) flag.classList.toggle("is-selected", isSelected);
  Object.assign(painted, { marker, zoom, isSelected });
}

function paintLabel(flag, text) {
  const label = flag.firstElementChild;
  if (!text) label?.remove();
  else if (!label) flag.append(Object.assign(document.createElement("span"), { textContent: text }));
  else if (label.textContent !== text) label.textContent = text;
}

export class MarkerFlags {
  #painted = new Map();

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.parent = parent;
  }

  /**
   * @param {{markers: object[], zoom: number, near: {from: number, to: number},
   *   held: string | null | undefined, isSelected: (id: string) => boolean}} view
   *   `near`: pixels that are drawn; `held` is being dragged and stays
   */
  paint({ markers, zoom, near, held, isSelected }) {
    const seen = new Set();
    for (const marker of markers) {
      const { id } = marker;
      const x = ORIGIN_PX + marker.time * zoom;
      const isNear = x >= near.from - LABEL_PX && x <= near.to;
      if (!isNear && id !== held) continue;
      seen.add(id);
      if (!this.#painted.has(id)) this.#painted.set(id, this.#added(id));
      paintFlag(this.#painted.get(id), { marker, zoom, isSelected: isSelected(id) });
    }
    for (const [id, { flag }] of this.#painted) {
      if (seen.has(id)) continue;
      flag.remove();
      this.#painted.delete(id);
    }
  }

  #added(id) {
    const made = makeFlag(id);
    this.parent.append(made.flag);
    return made;
  }
}
