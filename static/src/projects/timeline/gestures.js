/** What pointer and keys do on the timeline: which drag begins, what is selected. */
import { startDrag } from "../../shared/drag.js";
import { t } from "../../shared/i18n.js";
import { findPart, plays } from "../model/parts.js";
import { within } from "../model/placing.js";
import { EdgeDrag, FadeDrag, MoveDrag, RollDrag, SlipDrag, TransitionDrag } from "./drags.js";
import { ORIGIN_PX } from "./scale.js";
import { rowFor } from "./rows.js";

const HOLD_MS = 260;

export class TimelineGestures {
  /**
   * @param {{view: import("./timeline_view.js").TimelineView,
   *   store: import("../editor_store.js").EditorStore,
   *   player: {pause: () => void, seek: (time: number) => void},
   *   sourceDuration: (assetId: string) => number}} parts
   */
  constructor(parts) {
    Object.assign(this, parts);
    const { view } = this;
    view.inner.addEventListener("pointerdown", (event) => this.#press(event));
    view.inner.addEventListener("keydown", (event) => this.#key(event));
    view.inner.addEventListener("click", (event) => this.#click(event));
    view.inner.addEventListener("dblclick", (event) => this.#open(event));
  }

  #itemOf(element) {
    const box = element.closest?.("[data-item]");
    return box ? { kind: box.dataset.item, id: box.dataset.id } : null;
  }

  #press(event) {
    if (event.button !== 0) return;
    const { target } = event;
    if (target.closest("[data-timeline='rulerrow'], .playhead")) {
      this.#pressRuler(event);
      return;
    }
    const item = this.#itemOf(target);
    if (!item) {
      if (target.closest("[data-timeline='lanes']")) this.#pressEmpty(event);
      return;
    }
    this.#pressItem(event, item);
  }

  #pressRuler(event) {
    const item = this.#itemOf(event.target);
    if (item) {
      this.store.select(item);
      this.#drag(event, new MoveDrag(this, [item], item));
      return;
    }
    this.player.pause();
    const scrub = (clientX) => this.store.setTime(this.view.timeAt(clientX));
    scrub(event.clientX);
    startDrag(event, { move: (_dx, _dy, now) => scrub(now.clientX), end() {} });
  }

  #pressItem(event, item) {
    const edge = event.target.closest("[data-edge]")?.dataset.edge;
    const fade = event.target.closest("[data-fade]")?.dataset.fade;
    const adds = event.shiftKey || event.ctrlKey || event.metaKey;
    if (item.kind === "transition") {
      this.store.select(item);
      if (edge) this.#drag(event, new TransitionDrag(this, item, edge));
      return;
    }
    if (fade) {
      this.#drag(event, new FadeDrag(this, item, fade));
      return;
    }
    if (edge) {
      const isRoll = (event.ctrlKey || event.metaKey) && item.kind === "clip";
      if (!this.store.isSelected(item.id)) this.store.select(item);
      const roll = isRoll && RollDrag.of(this, item, edge);
      this.#drag(event, roll || new EdgeDrag(this, item, edge));
      return;
    }
    if (adds) {
      this.store.toggle(item);
      this.toggled = item.id;
      return;
    }
    const wasSelected = this.store.isSelected(item.id);
    if (!wasSelected) this.store.select(item);
    // A finger on what is not selected yet scrolls the timeline.
    if (event.pointerType === "touch" && !wasSelected) return;
    const drag =
      event.altKey && plays(item.kind)
        ? new SlipDrag(this, item)
        : new MoveDrag(this, this.store.selected, item);
    this.#drag(event, drag, () => this.store.select(item));
  }

  /** @param {() => void} [tap] for a press that never moved */
  #drag(event, drag, tap) {
    this.view.held = drag.held;
    const scroll = this.#autoScroll();
    const began = performance.now();
    const origin = this.view.left;
    const apply = (now, dx, dy) => drag.move(dx + this.view.left - origin, dy, now);
    let last = null;
    startDrag(event, {
      move: (dx, dy, now) => {
        last = [now, dx, dy];
        scroll.follow(now.clientX, () => apply(...last));
        apply(now, dx, dy);
      },
      end: (kept) => {
        scroll.stop();
        this.view.held = null;
        this.view.showSnap(null);
        this.view.root.classList.remove("is-trimming");
        drag.end(kept);
        if (!last && performance.now() - began < HOLD_MS) tap?.();
      },
    });
  }

  /** Scrolls on while a drag is held at an edge of the window. */
  #autoScroll() {
    const { view } = this;
    const { left, right } = view.scroll.getBoundingClientRect();
    let speed = 0;
    let frame = 0;
    let again = () => {};
    const step = () => {
      frame = 0;
      if (speed === 0) return;
      view.left += speed;
      again();
      frame = requestAnimationFrame(step);
    };
    return {
      follow(clientX, callback) {
        again = callback;
        const low = left + 90;
        if (clientX < low) speed = Math.max(-24, (clientX - low) / 3);
        else speed = clientX > right - 40 ? Math.min(24, (clientX - right + 40) / 3) : 0;
        if (speed !== 0 && !frame) frame = requestAnimationFrame(step);
      },
      stop() {
        speed = 0;
        cancelAnimationFrame(frame);
      },
    };
  }

  /** A press on nothing: a rubber band, or only the playhead and no selection. */
  #pressEmpty(event) {
    if (event.pointerType === "touch") {
      this.store.select(null);
      return;
    }
    const adds = event.shiftKey || event.ctrlKey || event.metaKey;
    const before = adds ? this.store.selected : [];
    if (!adds) this.store.select(null);
    const { view, store } = this;
    const start = { time: view.timeAt(event.clientX), y: view.yAt(event.clientY) };
    startDrag(event, {
      move: (_dx, _dy, now) => {
        const end = { time: view.timeAt(now.clientX), y: view.yAt(now.clientY) };
        const [from, to] = [start.time, end.time].sort((a, b) => a - b);
        const [top, bottom] = [start.y, end.y].sort((a, b) => a - b);
        view.showRubber({
          left: ORIGIN_PX + from * view.zoom,
          top,
          width: (to - from) * view.zoom,
          height: bottom - top,
        });
        const has = (kind, part) => {
          const row = rowFor(view.layout, kind, part);
          return row && row.top < bottom && row.top + row.height > top;
        };
        const found = within(store.timeline, { start: from, end: to, has });
        const ids = new Set(before.map(({ id }) => id));
        store.select([...before, ...found.filter(({ id }) => !ids.has(id))]);
      },
      end: (kept) => {
        view.showRubber(null);
        if (!kept) this.player.seek(start.time);
      },
    });
  }

  /** Enter or Space on a focused item; a pointer has selected it already. */
  #click(event) {
    const item = this.#itemOf(event.target);
    if (!item) return;
    if (event.detail === 0) this.store.select(item);
  }

  /** A double click goes to the beginning of a part. */
  #open(event) {
    const item = this.#itemOf(event.target);
    const part = item && findPart(this.store.timeline, item);
    if (part) this.player.seek(part.position ?? part.start_time ?? part.time);
  }

  /** Arrows on a handle move it by a frame, with Shift by a second. */
  #key(event) {
    const item = this.#itemOf(event.target);
    const edge = event.target.closest("[data-edge]")?.dataset.edge;
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!direction) return;
    const by = direction * (event.shiftKey ? 1 : this.store.frame);
    if (event.target === this.view.playhead) {
      event.preventDefault();
      event.stopPropagation();
      this.player.seek(this.store.time + by);
      return;
    }
    if (!item || !edge) return;
    event.preventDefault();
    event.stopPropagation();
    const drag = item.kind === "transition"
      ? new TransitionDrag(this, item, edge)
      : new EdgeDrag(this, item, edge);
    drag.nudge(by);
  }

  /** Names a drag for the history. */
  label(kind) {
    return { text: t("Move text"), marker: t("Move marker") }[kind] ?? t("Move");
  }
}
