/** What pointer and keys do on the timeline: seek, select, trim, move. */
import { startDrag } from "../../shared/drag.js";
import { t } from "../../shared/i18n.js";
import {
  clipEnd, findClip, findText, moveText, timeText, trimEnd, trimStart,
} from "../edits.js";
import { snap } from "./scale.js";

const SNAP_PX = 8;

export class TimelineGestures {
  /**
   * @param {{view: import("./timeline_view.js").TimelineView,
   *   store: import("../editor_store.js").EditorStore,
   *   player: import("../preview/preview_player.js").PreviewPlayer,
   *   sourceDuration: (assetId: string) => number}} parts
   */
  constructor({ view, store, player, sourceDuration }) {
    Object.assign(this, { view, store, player, sourceDuration });
    view.inner.addEventListener("pointerdown", (event) => this.#press(event));
    view.inner.addEventListener("keydown", (event) => this.#key(event));
    view.inner.addEventListener("click", (event) => this.#click(event));
  }

  #itemOf(element) {
    const box = element.closest("[data-item]");
    return box ? { kind: box.dataset.item, id: box.dataset.id } : null;
  }

  #press(event) {
    if (event.button !== 0) return;
    const item = this.#itemOf(event.target);
    const edge = event.target.closest("[data-edge]")?.dataset.edge;
    if (item && edge) this.#dragEdge(event, item, edge);
    else if (item?.kind === "text") this.#dragText(event, item);
    else if (item) this.store.select(item);
    else this.#scrub(event);
  }

  /** Enter or Space on a focused item; a pointer has selected it already. */
  #click(event) {
    const item = this.#itemOf(event.target);
    if (item) this.store.select(item);
  }

  #scrub(event) {
    const onRuler = event.target === this.view.ruler || event.target === this.view.playhead;
    if (!onRuler) this.store.select(null);
    this.player.pause();
    this.store.setTime(this.view.timeAt(event.clientX));
    startDrag(event, {
      move: (_dx, _dy, now) => this.store.setTime(this.view.timeAt(now.clientX)),
      end: () => {},
    });
  }

  /** Times worth snapping to, in seconds of the timeline. */
  #targets(except) {
    const { timeline, time } = this.store;
    const edges = [0, time, timeline.duration];
    for (const clip of timeline.clips) {
      if (clip.id !== except) edges.push(clip.position, clipEnd(clip));
    }
    for (const text of timeline.text_overlays) {
      if (text.id !== except) edges.push(text.start_time, text.end_time);
    }
    return edges;
  }

  #dragEdge(event, { kind, id }, edge) {
    const { store, view, player } = this;
    store.select({ kind, id });
    player.pause();
    event.target.closest("[data-edge]").focus({ preventScroll: true });
    const before = store.time;
    const { zoom } = view;
    const targets = this.#targets(id);
    const reach = SNAP_PX / zoom;
    const edit = kind === "clip" ? this.#clipEdge(id, edge) : this.#textEdge(id, edge);
    let to = null;
    view.root.classList.add("is-trimming");
    // The zoom must not follow the length while the handle is held.
    if (store.state.get().zoom === null) store.state.patch({ zoom });

    startDrag(event, {
      move: (dx) => {
        to = snap(edit.from + dx / zoom, targets, reach);
        store.preview((timeline) => edit.apply(timeline, to, false));
        store.setTime(edit.seen(store.timeline));
      },
      end: (kept) => {
        view.root.classList.remove("is-trimming");
        store.cancelPreview();
        if (kept) store.edit(edit.label, (timeline) => edit.apply(timeline, to, true));
        store.setTime(kept && kind === "clip" ? edit.seen(store.timeline) : before);
      },
    });
  }

  #clipEdge(id, edge) {
    const clip = findClip(this.store.timeline, id);
    const { frame } = this.store;
    const sourceDuration = this.sourceDuration(clip.asset);
    if (edge === "start") {
      return {
        label: t("Trim the beginning"),
        from: clip.position,
        apply: (timeline, to, ripple) =>
          trimStart(timeline, {
            id,
            to: clip.start_time + (to - clip.position) * clip.speed,
            ripple,
          }),
        seen: (timeline) => findClip(timeline, id).position,
      };
    }
    return {
      label: t("Trim the end"),
      from: clipEnd(clip),
      apply: (timeline, to) =>
        trimEnd(timeline, {
          id,
          to: clip.start_time + (to - clip.position) * clip.speed,
          sourceDuration,
        }),
      seen: (timeline) => Math.max(0, clipEnd(findClip(timeline, id)) - frame),
    };
  }

  #textEdge(id, edge) {
    const text = findText(this.store.timeline, id);
    return {
      label: t("Time the text"),
      from: edge === "start" ? text.start_time : text.end_time,
      apply: (timeline, to) => timeText(timeline, { id, [edge]: to }),
      seen: (timeline) => {
        const now = findText(timeline, id);
        return edge === "start" ? now.start_time : Math.max(0, now.end_time - this.store.frame);
      },
    };
  }

  #dragText(event, { id }) {
    const { store, view } = this;
    store.select({ kind: "text", id });
    const text = findText(store.timeline, id);
    const length = text.end_time - text.start_time;
    const targets = this.#targets(id);
    const reach = SNAP_PX / view.zoom;
    let to = null;
    startDrag(event, {
      move: (dx) => {
        const start = text.start_time + dx / view.zoom;
        const byStart = snap(start, targets, reach);
        const byEnd = snap(start + length, targets, reach) - length;
        to = byStart === start ? byEnd : byStart;
        store.preview((timeline) => moveText(timeline, { id, to }));
      },
      end: (kept) => {
        store.cancelPreview();
        if (kept) store.edit(t("Move text"), (timeline) => moveText(timeline, { id, to }));
      },
    });
  }

  /** Arrows on a handle move it by a frame, with Shift by a second. */
  #key(event) {
    const item = this.#itemOf(event.target);
    const edge = event.target.closest("[data-edge]")?.dataset.edge;
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!item || !edge || !direction) return;
    event.preventDefault();
    event.stopPropagation();
    const by = direction * (event.shiftKey ? 1 : this.store.frame);
    const edit =
      item.kind === "clip" ? this.#clipEdge(item.id, edge) : this.#textEdge(item.id, edge);
    const options = { key: `${item.id}.${edge}` };
    this.store.edit(edit.label, (timeline) => edit.apply(timeline, edit.from + by, true), options);
    this.store.setTime(edit.seen(this.store.timeline));
  }
}
