/** What the page around the parts shows of the state: clock, buttons, frame, name. */
import { paintRange, setIcon } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { formatTimecode } from "../shared/time.js";
import { plays } from "./model/parts.js";

const HEIGHT = "streamfetch.editor.timeline";

/** @param {{root: HTMLElement, store: import("./editor_store.js").EditorStore,
 *   player: object, view: object}} parts */
export function paintChrome({ root, store, player, view }) {
  const part = (selector) => root.querySelector(selector);
  paintDocument(part, root, store);
  paintButtons(part, root, store);
  paintTransport(part, store, player);
  bindName(part, store);
  bindSash(part("[data-timeline='sash']"), root, view);
}

function paintDocument(part, root, store) {
  const [frame, room] = [part("[data-stage='frame']"), part("[data-stage='room']")];
  const fit = () => {
    const { width, height } = store.settings.resolution;
    const scale = Math.min(room.clientWidth / width, room.clientHeight / height);
    frame.style.width = `${Math.max(16, Math.floor(width * scale))}px`;
    frame.style.height = `${Math.max(16, Math.floor(height * scale))}px`;
  };
  new ResizeObserver(fit).observe(room);
  let size = null;
  store.watchDocument(({ settings, timeline }) => {
    if (size !== settings.resolution) fit();
    size = settings.resolution;
    frame.style.backgroundColor = settings.background_color ?? "#000000";
    part("[data-stage='empty']").hidden = timeline.clips.length > 0;
    part("[data-transport='total']").textContent = `/ ${formatTimecode(timeline.duration)}`;
    for (const button of root.querySelectorAll("[data-do='render']")) {
      button.disabled = timeline.duration === 0;
    }
  });
}

function paintButtons(part, root, store) {
  store.watch(({ undoLabel, redoLabel }) => `${undoLabel}\n${redoLabel}`, (_, state) => {
    for (const [name, label] of [["undo", state.undoLabel], ["redo", state.redoLabel]]) {
      const button = part(`[data-do='${name}']`);
      button.disabled = label === "";
      const verb = name === "undo" ? t("Undo") : t("Redo");
      button.setAttribute("aria-label", label ? `${verb}: ${label}` : verb);
    }
  });
  const needs = {
    any: (selected) => selected.length > 0,
    many: (selected) => selected.length > 1,
    clip: (selected) => selected.some(({ kind }) => kind === "clip"),
    // Works on the clip under the playhead too, so it only goes when nothing fits.
    played: (selected) => selected.length === 0 || selected.some(({ kind }) => plays(kind)),
  };
  store.watch((state) => state.selected, (selected) => {
    for (const button of root.querySelectorAll("[data-needs]")) {
      button.disabled = !needs[button.dataset.needs](selected);
    }
  });
  for (const name of ["snapping", "ripple"]) {
    store.watch((state) => state[name], (on) =>
      part(`[data-do='${name}']`).setAttribute("aria-pressed", String(on)));
  }
}

function paintTransport(part, store, player) {
  store.watch((state) => state.time, (time) => {
    part("[data-transport='time']").textContent = formatTimecode(time);
  });
  store.watch((state) => state.playing, (playing) => {
    const button = part("[data-do='play']");
    setIcon(button, playing ? "pause" : "play");
    button.setAttribute("aria-label", playing ? t("Pause") : t("Play"));
  });
  const rate = part("[data-transport='rate']");
  store.watch((state) => state.rate, (value) => {
    rate.hidden = value === 1;
    rate.textContent = `${value}×`;
  });
  const volume = part("[data-transport='volume']");
  paintRange(volume);
  volume.addEventListener("input", () => {
    paintRange(volume);
    player.mixer.volume = Number(volume.value);
  });
}

function bindName(part, store) {
  const input = part("[data-editor-name]");
  store.watchDocument(({ name }) => {
    if (document.activeElement !== input) input.value = name;
    document.title = `${name} · StreamFetch`;
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") input.blur();
  });
  input.addEventListener("change", () => {
    const name = input.value.trim() || store.document.name;
    input.value = name;
    store.editDocument(t("Rename"), (document) =>
      name === document.name ? document : { ...document, name },
    );
  });
}

/** The line above the timeline: drag it, or use the arrows. */
function bindSash(sash, root, view) {
  const read = () => {
    try {
      return Number(localStorage.getItem(HEIGHT)) || null;
    } catch {
      return null;
    }
  };
  const apply = (height) => {
    const limited = Math.round(Math.max(140, Math.min(innerHeight - 320, height)));
    root.style.setProperty("--timeline-height", `${limited}px`);
    try {
      localStorage.setItem(HEIGHT, String(limited));
    } catch {
      // It then holds until the page is closed.
    }
  };
  const stored = read();
  if (stored) apply(stored);
  sash.addEventListener("pointerdown", (event) => {
    const start = view.scroll.clientHeight;
    sash.setPointerCapture(event.pointerId);
    const over = new AbortController();
    sash.addEventListener("pointermove", (now) => apply(start + event.clientY - now.clientY), over);
    sash.addEventListener("pointerup", () => over.abort(), over);
  });
  sash.addEventListener("keydown", (event) => {
    const by = { ArrowUp: 24, ArrowDown: -24 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    apply(view.scroll.clientHeight + by);
  });
}
