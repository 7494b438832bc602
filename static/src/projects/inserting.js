/** Brings media of the library into the timeline: by a drag, or at the playhead. */
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { toastError } from "../shared/toasts.js";
import { split } from "./model/cutting.js";
import { newId } from "../shared/ids.js";
import {
  append, freeTrack, insertAt, newClip, newSound, place, STILL_S,
} from "./model/placing.js";
import { rowAt } from "./timeline/rows.js";
import { nearest, snapTargets } from "./timeline/snapping.js";

const SNAP_PX = 10;

const lengthOf = (asset) => (asset.kind === "image" ? STILL_S : asset.duration_ms / 1000);

export class Inserting {
  constructor({ store, view, playback, loaded }) {
    Object.assign(this, { store, view, playback, loaded });
    this.dragging = {
      move: (asset, event) => this.#over(asset, event),
      drop: (asset, event, kept) => void this.#drop(asset, event, kept),
    };
  }

  /** Inserts at the playhead: videos cut into layer 1, sounds into a free lane. */
  insert = async (asset) => {
    if (!(await this.#ready(asset))) return;
    const { store } = this;
    const at = store.time;
    const id = newId();
    const duration = lengthOf(asset);
    const isSound = asset.kind === "audio";
    store.edit(t("Insert"), (timeline) => {
      if (isSound) {
        const track = freeTrack(timeline, at, at + duration);
        return place(timeline, "audio", newSound({ id, asset: asset.id, duration, position: at, track }));
      }
      const clip = newClip({ id, asset: asset.id, duration, position: at });
      const isEnd = at >= timeline.duration - store.frame / 2;
      return isEnd ? append(timeline, "clip", clip) : insertAt(timeline, "clip", clip, { splitPart: split });
    });
    store.select({ kind: isSound ? "audio" : "clip", id });
    this.view.reveal(at);
  };

  async #ready(asset) {
    try {
      this.playback[asset.id] ??= await api(`assets/${asset.id}/playback/`);
      this.loaded?.(asset);
      return true;
    } catch (error) {
      toastError(error);
      return false;
    }
  }

  #placeOf(asset, event) {
    const { view, store } = this;
    const box = view.scroll.getBoundingClientRect();
    const { clientX: x, clientY: y } = event;
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) return null;
    const time = Math.max(0, view.timeAt(x));
    const targets = store.state.get().snapping
      ? snapTargets(store.state.get().document.timeline, { time: store.time })
      : [];
    const at = nearest(targets, time, SNAP_PX / view.zoom);
    view.showSnap(at);
    const row = rowAt(this.layout ?? view.layout, view.yAt(y));
    const kind = asset.kind === "audio" ? "audio" : "clip";
    const rows = (this.layout ?? view.layout).rows.filter((each) => each.kind === kind);
    const chosen = row.kind === kind ? row : kind === "clip" && row.kind === "audio" ? rows.at(-1) : rows[0];
    return { kind, row: chosen.row, position: at ?? time };
  }

  #change(asset, { kind, row, position }) {
    const duration = lengthOf(asset);
    const { id } = this;
    const part =
      kind === "audio"
        ? newSound({ id, asset: asset.id, duration, position, track: row })
        : newClip({ id, asset: asset.id, duration, position, layer: row });
    return (timeline) => place(timeline, kind, part);
  }

  /** @returns {boolean} whether the pointer is over the timeline */
  #over(asset, event) {
    this.layout ??= this.view.layout;
    this.id ??= newId();
    if (this.store.state.get().zoom === null) this.store.state.patch({ zoom: this.view.zoom });
    const place = this.#placeOf(asset, event);
    if (place) this.store.preview(this.#change(asset, place));
    else this.store.cancelPreview();
    return Boolean(place);
  }

  async #drop(asset, event, kept) {
    const place = kept ? this.#placeOf(asset, event) : null;
    const change = place && this.#change(asset, place);
    const { id } = this;
    this.layout = null;
    this.id = null;
    this.view.showSnap(null);
    this.store.cancelPreview();
    if (!change || !(await this.#ready(asset))) return;
    this.store.edit(t("Add media"), change);
    this.store.select({ kind: place.kind, id });
  }
}
