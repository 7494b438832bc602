/** What the buttons and keys of the editor do, by the name in `data-do`. */
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { roundMs } from "../shared/time.js";
import { toast, toastError } from "../shared/toasts.js";
import { slip, splitAll, trimEnd, trimStart } from "./model/cutting.js";
import { nearestCut, resetTransform, setTransition } from "./model/looks.js";
import {
  changePart, clipAt, findPart, isAt, isStory, partsOf, plays, sourceTime, spanOf,
} from "./model/parts.js";
import { newId } from "../shared/ids.js";
import {
  copy, detachSound, duplicate, group, move, paste, remove, ungroup,
} from "./model/placing.js";
import { addCue, addText, toggleMarker } from "./model/words.js";
import { textPreset } from "./text_presets.js";
import { snapTargets } from "./timeline/snapping.js";

const CLIPBOARD = "streamfetch.editor.clipboard";

/** @returns {Record<string, (button?: HTMLElement) => void>} */
export function editorActions({
  store, player, view, docks, inspector, renders, autosave, sourceDuration, projectId, exact,
}) {
  const chosen = () => store.selected;
  const anyOf = (kind) => chosen().some((item) => item.kind === kind);

  /** The selected clip or sound, else the clip under the playhead. */
  const playedAtHand = () => {
    const item = chosen().find(({ kind }) => plays(kind));
    if (item) return item;
    const clip = clipAt(store.timeline, store.time);
    return clip && { kind: "clip", id: clip.id };
  };

  const trimHere = (edge) => {
    const item = playedAtHand();
    const part = item && findPart(store.timeline, item);
    if (!part || !isAt(part, store.time)) {
      toast(t("Put the playhead on the clip first."));
      return;
    }
    const ripple = store.state.get().ripple && isStory(item.kind, part);
    const to = sourceTime(part, store.time);
    if (edge === "start") {
      store.edit(t("Trim the beginning"), (tl) => trimStart(tl, { ...item, to, ripple }));
      store.setTime(findPart(store.timeline, item).position);
    } else {
      const limit = sourceDuration(part.asset);
      store.edit(t("Trim the end"), (tl) =>
        trimEnd(tl, { ...item, to, sourceDuration: limit, ripple }),
      );
    }
  };

  const removeChosen = (options) => {
    if (chosen().length === 0) return;
    const label = anyOf("text") && !anyOf("clip") ? t("Delete text") : t("Delete");
    store.edit(label, (tl) => remove(tl, chosen(), options));
  };

  const shift = (label, change) => {
    if (chosen().length > 0) store.edit(label, (tl) => move(tl, { items: chosen(), by: 0, ...change }), { key: `move${label}` });
  };

  const slipBy = (frames) => {
    const item = playedAtHand();
    const part = item && findPart(store.timeline, item);
    if (!part) return;
    const by = roundMs(frames * store.frame * part.speed);
    const limit = sourceDuration(part.asset);
    store.edit(t("Slip"), (tl) => slip(tl, { ...item, by, sourceDuration: limit }), { key: `slip.${item.id}` });
  };

  const toEdge = (direction) => {
    const edges = snapTargets(store.timeline, { time: 0 });
    const { time } = store;
    const next = direction > 0
      ? edges.find((edge) => edge > time + 0.0005)
      : edges.findLast((edge) => edge < time - 0.0005);
    if (next !== undefined) player.seek(next);
  };

  const keepCopy = () => {
    const copied = copy(store.timeline, chosen());
    if (!copied) return false;
    try {
      localStorage.setItem(CLIPBOARD, JSON.stringify(copied));
    } catch {
      // Copies then stay within this page.
    }
    store.copied = copied;
    return true;
  };

  const copied = () => {
    try {
      return JSON.parse(localStorage.getItem(CLIPBOARD)) ?? store.copied;
    } catch {
      return store.copied;
    }
  };

  const setRange = (edge) => {
    const { range } = store.state.get();
    const { duration } = store.timeline;
    const next = { start: range?.start ?? 0, end: range?.end ?? duration, [edge]: store.time };
    if (next.end - next.start < store.frame / 2) {
      if (edge === "start") next.end = duration;
      else next.start = 0;
    }
    store.setRange(next.end > next.start ? next : null);
  };

  const step = (seconds) => () => {
    player.pause();
    player.seek(store.time + (seconds ?? 0));
  };

  return {
    play: () => player.toggle(),
    "shuttle-back": () => player.shuttle(-1),
    "shuttle-stop": () => player.pause(),
    "shuttle-on": () => player.shuttle(1),
    "to-start": () => player.seek(0),
    "to-end": () => player.seek(store.timeline.duration),
    "frame-back": () => step(-store.frame)(),
    "frame-on": () => step(store.frame)(),
    "second-back": step(-1),
    "second-on": step(1),
    "edge-back": () => toEdge(-1),
    "edge-on": () => toEdge(1),
    full: () => document.querySelector(".stage").requestFullscreen?.(),
    exact: () => exact.toggle(),
    undo: () => store.undo(),
    redo: () => store.redo(),
    "set-start": () => trimHere("start"),
    "set-end": () => trimHere("end"),
    "set-in": () => setRange("start"),
    "set-out": () => setRange("end"),
    "clear-range": () => store.setRange(null),

    split() {
      const { time } = store;
      const under = chosen().filter((item) => {
        const part = findPart(store.timeline, item);
        if (!part || item.kind === "marker") return false;
        const { start, end } = spanOf(item.kind, part);
        return time > start && time < end;
      });
      const ids = under.length > 0 ? new Set(under.map(({ id }) => id)) : null;
      let made = [];
      store.edit(t("Split"), (tl) => {
        const result = splitAll(tl, time, ids);
        made = result.made;
        return made.length > 0 ? result.timeline : tl;
      });
      if (made.length > 0) store.select(made, { alone: true });
      else toast(t("There is nothing to split at the playhead."));
    },

    delete: () => removeChosen({ ripple: store.state.get().ripple, storyOnly: true }),
    "ripple-delete": () => removeChosen({ ripple: true }),

    duplicate() {
      let made = [];
      store.edit(t("Duplicate"), (tl) => {
        const result = duplicate(tl, chosen());
        made = result.made;
        return result.timeline;
      });
      if (made.length > 0) store.select(made);
    },

    copy() {
      if (keepCopy()) toast(t("Copied."));
    },
    cut() {
      if (keepCopy()) store.edit(t("Cut"), (tl) => remove(tl, chosen()));
    },
    paste() {
      const content = copied();
      if (!content?.parts?.length) return;
      let made = [];
      store.edit(t("Paste"), (tl) => {
        const result = paste(tl, content, store.time);
        made = result.made;
        return result.timeline;
      });
      store.select(made);
    },

    group() {
      const items = chosen();
      if (items.length < 2) return;
      const groups = new Set(items.map((item) => findPart(store.timeline, item)?.group ?? item.id));
      if (groups.size === 1) {
        store.edit(t("Ungroup"), (tl) => ungroup(tl, items));
      } else {
        store.edit(t("Group"), (tl) => group(tl, items));
        store.select(items);
      }
    },

    detach() {
      const clip = store.selectedOf("clip")[0];
      if (clip) store.edit(t("Detach the sound"), (tl) => detachSound(tl, clip.id));
    },

    mute() {
      const items = chosen().filter(({ kind }) => plays(kind));
      const muted = items.some((item) => !findPart(store.timeline, item).muted);
      store.edit(t("Mute"), (tl) => items.reduce((next, item) => changePart(next, item, { muted }), tl));
    },

    "nudge-back": () => shift(t("Move"), { by: -store.frame }),
    "nudge-on": () => shift(t("Move"), { by: store.frame }),
    "slip-back": () => slipBy(-1),
    "slip-on": () => slipBy(1),
    "layer-up": () => shift(t("Move"), { rows: 1 }),
    "layer-down": () => shift(t("Move"), { rows: -1 }),

    "add-text"(button) {
      const id = newId();
      const preset = textPreset(button?.dataset.preset ?? "title", store.settings.resolution.height);
      player.pause();
      store.edit(t("Add text"), (tl) => addText(tl, { id, at: store.time, ...preset }));
      store.select({ kind: "text", id });
      const text = findPart(store.timeline, { kind: "text", id });
      const fadedIn = text.start_time + (text.animation?.fade_in ?? 0);
      if (store.time < fadedIn || store.time >= text.end_time) store.setTime(fadedIn);
      docks.show("edit");
      inspector.focusWords();
    },

    "add-caption"() {
      const id = newId();
      docks.show("captions");
      store.edit(t("Add a caption"), (tl) => addCue(tl, { id, at: store.time, text: t("New caption") }));
      store.select({ kind: "caption", id });
    },

    "add-transition"(button) {
      const clip = store.only("clip");
      const transition = store.only("transition");
      let cut = nearestCut(store.timeline, store.time);
      if (clip) {
        const { position, duration } = clip;
        const near = store.time > position + duration / 2 ? position + duration : position;
        cut = nearestCut(store.timeline, near, 0.01) ?? nearestCut(store.timeline, position + duration, 0.01) ?? cut;
      }
      const ends = transition
        ? { from: transition.from_clip, to: transition.to_clip, duration: transition.duration }
        : cut && { from: cut.from.id, to: cut.to.id };
      if (!ends) {
        toast(t("A transition goes between two clips that touch. Move two together first."));
        return;
      }
      const { type = "dissolve", direction } = button?.dataset ?? {};
      store.edit(t("Set the transition"), (tl) => setTransition(tl, { ...ends, type, direction }));
      const made = store.timeline.transitions.find((each) => each.from_clip === ends.from);
      if (made) store.select({ kind: "transition", id: made.id });
    },

    marker() {
      store.edit(t("Marker"), (tl) => toggleMarker(tl, { at: store.time, frame: store.frame }));
    },

    "reset-transform"() {
      const clip = store.only("clip");
      if (clip) store.edit(t("Reset the picture"), (tl) => resetTransform(tl, clip.id));
    },

    "select-all"() {
      const items = ["clip", "audio", "text", "caption"].flatMap((kind) =>
        partsOf(store.timeline, kind).map(({ id }) => ({ kind, id })),
      );
      store.select(items);
    },
    deselect: () => store.select(null),
    snapping: () => store.state.patch({ snapping: !store.state.get().snapping }),
    ripple: () => store.state.patch({ ripple: !store.state.get().ripple }),
    "zoom-in": () => view.zoomTo(view.zoom * 1.5),
    "zoom-out": () => view.zoomTo(view.zoom / 1.5),
    fit: () => view.fit(),

    async render() {
      docks.show("renders");
      await renders.start();
    },

    async "duplicate-project"(button) {
      button.disabled = true;
      try {
        await autosave.flush();
        const made = await api(`video-projects/${projectId}/duplicate/`, { method: "POST" });
        location.assign(made.url);
      } catch (error) {
        toastError(error);
        button.disabled = false;
      }
    },

    shortcuts: () => document.getElementById("shortcuts-dialog").showModal(),
    save: () => autosave.flush(),
  };
}
