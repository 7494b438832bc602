/**
 * The drags of the timeline. Each shows a draft while it moves and makes one step
 * of the history when it ends: `move(dx, dy, event)`, `end(kept)`.
 */
import { t } from "../../shared/i18n.js";
import { roll, slip, timePart, trimEnd, trimStart } from "../model/cutting.js";
import { changeTransition, neighbours, setFade, transitionSpan } from "../model/looks.js";
import { clipEnd, findClip, findPart, isStory, plays, rowOf, spanOf } from "../model/parts.js";
import { move } from "../model/placing.js";
import { catchEdges, nearest, snapTargets } from "./snapping.js";
import { rowAt, rowFor } from "./rows.js";

const SNAP_PX = 8;

class Drag {
  change = null;

  constructor({ view, store, sourceDuration, label }, held) {
    Object.assign(this, { view, store, sourceDuration, labelOf: label });
    this.held = held;
    this.zoom = view.zoom;
    // The zoom must not follow the length while the pointer holds an edge.
    if (store.state.get().zoom === null) store.state.patch({ zoom: this.zoom });
  }

  targets(except) {
    const { store } = this;
    if (!store.state.get().snapping) return [];
    return snapTargets(store.state.get().document.timeline, { time: store.time, except });
  }

  snapped(time) {
    this.edges ??= this.targets(new Set([this.held]));
    const at = nearest(this.edges, time, SNAP_PX / this.zoom);
    this.view.showSnap(at);
    return at ?? time;
  }

  show(change) {
    this.change = change;
    this.store.preview(change);
  }

  end(kept) {
    this.store.cancelPreview();
    if (kept && this.change) this.store.edit(this.label, this.final?.() ?? this.change);
  }
}

/** Moves the selection in time and across rows. */
export class MoveDrag extends Drag {
  constructor(parts, items, grabbed) {
    super(parts, grabbed.id);
    this.items = items;
    this.grabbed = grabbed;
    this.label = this.labelOf(grabbed.kind);
    const { timeline } = this.store;
    const spans = items.flatMap((item) => {
      const part = findPart(timeline, item);
      return part ? [spanOf(item.kind, part)] : [];
    });
    this.spans = [...new Set(spans.flatMap(({ start, end }) => [start, end]))].slice(0, 400);
    this.edges = this.targets(new Set(items.map(({ id }) => id)));
    this.part = findPart(timeline, grabbed);
    this.layout = this.view.layout;
    const row = grabbed.kind === "marker" ? null : rowFor(this.layout, grabbed.kind, this.part);
    this.middle = row ? row.top + row.height / 2 : 0;
  }

  move(dx, dy) {
    let by = dx / this.zoom;
    const caught = catchEdges(this.edges, this.spans.map((edge) => edge + by), SNAP_PX / this.zoom);
    if (caught) by += caught.by;
    this.view.showSnap(caught?.at ?? null);
    const { kind } = this.grabbed;
    let rows = 0;
    if (plays(kind)) {
      const row = rowAt(this.layout, this.middle + dy);
      const ofKind = row.kind === kind ? row : null;
      if (ofKind) rows = ofKind.row - rowOf(kind, this.part);
    }
    this.show((timeline) => move(timeline, { items: this.items, by, rows }));
  }
}

/** Moves the beginning or the end of a part. */
export class EdgeDrag extends Drag {
  constructor(parts, item, edge) {
    super(parts, item.id);
    Object.assign(this, { item, edge });
    const { timeline } = this.store;
    this.part = findPart(timeline, item);
    const span = spanOf(item.kind, this.part);
    this.from = edge === "start" ? span.start : span.end;
    this.before = this.store.time;
    this.ripple = isStory(item.kind, this.part) && this.store.state.get().ripple;
    const labels = { text: t("Time the text"), caption: t("Time the caption") };
    this.label =
      labels[item.kind] ?? (edge === "start" ? t("Trim the beginning") : t("Trim the end"));
    this.view.root.classList.add("is-trimming");
  }

  #edit(to, ripple) {
    const { kind, id } = this.item;
    if (!plays(kind)) {
      return (timeline) => timePart(timeline, { kind, id, [this.edge]: to });
    }
    const source = this.part.start_time + (to - this.part.position) * (this.part.speed ?? 1);
    const limit = this.sourceDuration(this.part.asset);
    if (this.edge === "start") {
      return (timeline) => trimStart(timeline, { kind, id, to: source, ripple });
    }
    return (timeline) => trimEnd(timeline, { kind, id, to: source, sourceDuration: limit, ripple });
  }

  move(dx) {
    this.to = this.snapped(this.from + dx / this.zoom);
    // A beginning stays under the pointer until it is let go, then the gap closes.
    const whileMoving = this.ripple && this.edge === "end";
    this.show(this.#edit(this.to, whileMoving));
    this.#seen();
  }

  #seen() {
    const part = findPart(this.store.timeline, this.item);
    const span = spanOf(this.item.kind, part);
    const at = this.edge === "start" ? span.start : Math.max(0, span.end - this.store.frame);
    this.store.setTime(at);
  }

  final() {
    return this.#edit(this.to, this.ripple);
  }

  end(kept) {
    super.end(kept);
    this.store.setTime(this.before);
  }

  nudge(by) {
    this.view.root.classList.remove("is-trimming");
    this.store.edit(this.label, this.#edit(this.from + by, this.ripple), {
      key: `${this.item.id}.${this.edge}`,
    });
    this.#seen();
  }
}

/** Moves the cut between two neighbours. */
export class RollDrag extends Drag {
  static of(parts, item, edge) {
    const { before, after } = neighbours(parts.store.timeline, item.id);
    const clip = findClip(parts.store.timeline, item.id);
    if (edge === "start" && before) return new RollDrag(parts, before, clip);
    if (edge === "end" && after) return new RollDrag(parts, clip, after);
    return null;
  }

  constructor(parts, left, right) {
    super(parts, left.id);
    Object.assign(this, { left, right, label: t("Move the cut") });
    this.edges = this.targets(new Set([left.id, right.id]));
    this.limit = this.sourceDuration(left.asset);
  }

  move(dx) {
    const to = this.snapped(clipEnd(this.left) + dx / this.zoom);
    const { left, right, limit } = this;
    this.show((timeline) =>
      roll(timeline, { left: left.id, right: right.id, to, sourceDuration: limit }),
    );
    this.store.setTime(findClip(this.store.timeline, right.id).position);
  }
}

/** Shows another piece of the source in the same place. */
export class SlipDrag extends Drag {
  constructor(parts, item) {
    super(parts, item.id);
    this.item = item;
    this.label = t("Slip");
    this.part = findPart(this.store.timeline, item);
    this.limit = this.sourceDuration(this.part.asset);
  }

  move(dx) {
    const by = (-dx / this.zoom) * (this.part.speed ?? 1);
    this.show((timeline) => slip(timeline, { ...this.item, by, sourceDuration: this.limit }));
  }
}

/** Sets how long the sound of a part fades. */
export class FadeDrag extends Drag {
  constructor(parts, item, edge) {
    super(parts, item.id);
    Object.assign(this, { item, edge, label: t("Fade the sound") });
    this.part = findPart(this.store.timeline, item);
  }

  move(dx) {
    const sign = this.edge === "start" ? 1 : -1;
    const now = this.part[this.edge === "start" ? "fade_in" : "fade_out"] ?? 0;
    const length = now + (sign * dx) / this.zoom;
    this.show((timeline) => setFade(timeline, this.item.kind, this.part, { edge: this.edge, length }));
  }
}

/** Makes a transition longer or shorter on both sides of its cut. */
export class TransitionDrag extends Drag {
  constructor(parts, item, edge) {
    super(parts, item.id);
    Object.assign(this, { item, label: t("Time the transition") });
    this.sign = edge === "start" ? -1 : 1;
    this.part = findPart(this.store.timeline, item);
    this.span = transitionSpan(this.store.timeline, this.part);
  }

  move(dx) {
    const duration = Math.min(10, this.part.duration + (2 * this.sign * dx) / this.zoom);
    this.show((timeline) => changeTransition(timeline, this.item.id, { duration }));
  }

  nudge(by) {
    const duration = Math.min(10, this.part.duration + 2 * this.sign * by);
    this.store.edit(
      this.label,
      (timeline) => changeTransition(timeline, this.item.id, { duration }),
      { key: `${this.item.id}.duration` },
    );
  }
}
