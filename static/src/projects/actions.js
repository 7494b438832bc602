/** What the buttons and keys of the editor do, by the name in `data-do`. */
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { toast, toastError } from "../shared/toasts.js";
import {
  addText, appendClip, clipAt, findClip, newId, removeClip, removeText, sourceTime,
  splitClip, trimEnd, trimStart,
} from "./edits.js";
import { pickAsset } from "./media_picker.js";

/** Sizes are line heights as shares of the frame's height. */
const PRESETS = {
  title: {
    text: () => t("Title"),
    size: 0.17,
    position: { x: 0.5, y: 0.5 },
    style: { font_family: "Montserrat", bold: true },
  },
  lower: {
    text: () => t("Name, role"),
    size: 0.075,
    position: { x: 0.25, y: 0.84 },
    style: { font_family: "Inter", bold: true, background_color: "#000000" },
  },
  caption: {
    text: () => t("Caption"),
    size: 0.08,
    position: { x: 0.5, y: 0.9 },
    style: { font_family: "Noto Sans", bold: false },
  },
};

/** @returns {Record<string, (button?: HTMLElement) => void>} */
export function editorActions({
  store, player, view, tabs, textPanel, renders, autosave, assets, playback, sourceDuration,
}) {
  /** The selected clip, else the one under the playhead. */
  const clipAtHand = () => {
    const { selection, timeline, time } = store;
    if (selection?.kind === "clip") return findClip(timeline, selection.id);
    return clipAt(timeline, time);
  };

  const trimHere = (edge) => {
    const clip = clipAtHand();
    if (!clip) return;
    const to = sourceTime(clip, store.time);
    if (to < clip.start_time || to > clip.end_time) {
      toast(t("Put the playhead on the clip first."));
      return;
    }
    if (edge === "start") {
      store.edit(t("Trim the beginning"), (tl) => trimStart(tl, { id: clip.id, to }));
      store.setTime(clip.position);
    } else {
      const limit = sourceDuration(clip.asset);
      store.edit(t("Trim the end"), (tl) =>
        trimEnd(tl, { id: clip.id, to, sourceDuration: limit }),
      );
    }
  };

  return {
    play: () => player.toggle(),
    "to-start": () => player.seek(0),
    "to-end": () => player.seek(store.timeline.duration),
    "frame-back": () => {
      player.pause();
      player.seek(store.time - store.frame);
    },
    "frame-on": () => {
      player.pause();
      player.seek(store.time + store.frame);
    },
    full: () => document.querySelector("[data-stage='frame']").requestFullscreen?.(),
    undo: () => store.undo(),
    redo: () => store.redo(),
    "set-in": () => trimHere("start"),
    "set-out": () => trimHere("end"),

    split() {
      const clip = clipAtHand();
      if (!clip) return;
      const newClipId = newId();
      const { time } = store;
      store.edit(t("Split"), (tl) => splitClip(tl, { id: clip.id, at: time, newClipId }));
      if (findClip(store.timeline, newClipId)) store.select({ kind: "clip", id: newClipId });
    },

    delete() {
      const { selection } = store;
      if (!selection) return;
      const { kind, id } = selection;
      const remove = kind === "clip" ? removeClip : removeText;
      store.edit(kind === "clip" ? t("Delete clip") : t("Delete text"), (tl) => remove(tl, id));
    },

    "add-text"(button) {
      const preset = PRESETS[button?.dataset.preset ?? "title"];
      const id = newId();
      const { height } = store.settings.resolution;
      const style = { ...preset.style, font_size: Math.max(8, Math.round(height * preset.size)) };
      const { position } = preset;
      player.pause();
      store.edit(t("Add text"), (tl) =>
        addText(tl, { id, text: preset.text(), at: store.time, position, style }),
      );
      store.select({ kind: "text", id });
      const text = store.timeline.text_overlays.at(-1);
      if (store.time < text.start_time || store.time >= text.end_time) {
        store.setTime(text.start_time);
      }
      textPanel.focusWords();
    },

    async "add-media"() {
      try {
        const asset = await pickAsset();
        if (!asset) return;
        assets[asset.id] = asset;
        playback[asset.id] ??= await api(`assets/${asset.id}/playback/`);
        const id = newId();
        const duration = asset.duration_ms / 1000;
        store.edit(t("Add video"), (tl) => appendClip(tl, { id, asset: asset.id, duration }));
        store.select({ kind: "clip", id });
      } catch (error) {
        toastError(error);
      }
    },

    async render() {
      tabs.show("renders");
      await renders.start();
    },

    shortcuts: () => document.getElementById("shortcuts-dialog").showModal(),
    save: () => autosave.flush(),
    fit: () => view.fit(),
  };
}
