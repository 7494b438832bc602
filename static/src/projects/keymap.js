/** Which key does what: the defaults, and what a person made of them. Pure. */

const named = (group, rows) => rows.map(([name, label, ...keys]) => ({ group, name, label, keys }));

/** Every command that has a key, in the order of the list. */
export const COMMANDS = [
  ...named("Play", [
    ["play", "Play or pause", "space"],
    ["shuttle-back", "Play backwards, again for faster", "j"],
    ["shuttle-stop", "Stop", "k"],
    ["shuttle-on", "Play, again for faster", "l"],
    ["frame-back", "One frame back", "arrowleft"],
    ["frame-on", "One frame on", "arrowright"],
    ["second-back", "One second back", "shift+arrowleft"],
    ["second-on", "One second on", "shift+arrowright"],
    ["edge-back", "To the edge before", "arrowup"],
    ["edge-on", "To the next edge", "arrowdown"],
    ["to-start", "To the start", "home"],
    ["to-end", "To the end", "end"],
    ["set-in", "Begin the part to export", "i"],
    ["set-out", "End the part to export", "o"],
    ["clear-range", "Export the whole", "alt+x"],
    ["full", "Full screen", "f"],
  ]),
  ...named("Edit", [
    ["split", "Split at the playhead", "s"],
    ["set-start", "Begin the clip here", "q"],
    ["set-end", "End the clip here", "w"],
    ["delete", "Delete", "delete", "backspace"],
    ["ripple-delete", "Ripple delete", "shift+delete"],
    ["duplicate", "Duplicate", "ctrl+d"],
    ["copy", "Copy", "ctrl+c"],
    ["cut", "Cut", "ctrl+x"],
    ["paste", "Paste at the playhead", "ctrl+v"],
    ["group", "Group or ungroup", "ctrl+g"],
    ["detach", "Detach the sound", "ctrl+shift+d"],
    ["mute", "Mute or unmute", "shift+m"],
    ["nudge-back", "Move a frame back", ","],
    ["nudge-on", "Move a frame on", "."],
    ["slip-back", "Slip a frame back", "alt+,"],
    ["slip-on", "Slip a frame on", "alt+."],
    ["layer-up", "A layer up", "alt+arrowup"],
    ["layer-down", "A layer down", "alt+arrowdown"],
    ["add-text", "Add text", "t"],
    ["add-caption", "Add a caption", "c"],
    ["add-transition", "Add a dissolve", "ctrl+t"],
    ["marker", "Set or remove a marker", "m"],
  ]),
  ...named("View", [
    ["select-all", "Select all", "ctrl+a"],
    ["deselect", "Select nothing", "escape"],
    ["snapping", "Snapping on or off", "n"],
    ["ripple", "Ripple on or off", "r"],
    ["zoom-in", "Zoom in", "+", "="],
    ["zoom-out", "Zoom out", "-"],
    ["fit", "Fit the timeline", "shift+z", "0"],
  ]),
  ...named("Project", [
    ["undo", "Undo", "ctrl+z"],
    ["redo", "Redo", "ctrl+shift+z", "ctrl+y"],
    ["save", "Save now", "ctrl+s"],
    ["render", "Render", "ctrl+e"],
    ["shortcuts", "This list", "?"],
  ]),
];

/** "ctrl+shift+z" of a keydown; Command counts as Ctrl. */
export function chordOf(event) {
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  if (["control", "shift", "alt", "meta"].includes(key)) return null;
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  // A sign that needs Shift is named by itself: "?", not "shift+?".
  if (event.shiftKey && (key.length > 1 || /[a-z]/.test(key))) parts.push("shift");
  return [...parts, key].join("+");
}

/** Chord to command; what a person chose goes before the defaults. */
export function keymap(own = {}) {
  const map = new Map();
  for (const { name, keys } of COMMANDS) {
    for (const key of own[name] ?? keys) if (!map.has(key)) map.set(key, name);
  }
  for (const [name, keys] of Object.entries(own)) {
    for (const key of keys) map.set(key, name);
  }
  return map;
}

/** The choices after giving a command a key; whoever had that key loses it. */
export function rebind(own, name, chord) {
  const next = { ...own };
  for (const command of COMMANDS) {
    const keys = next[command.name] ?? command.keys;
    if (keys.includes(chord)) next[command.name] = keys.filter((key) => key !== chord);
  }
  next[name] = [chord];
  return next;
}

const SIGNS = {
  ctrl: "Ctrl", shift: "⇧", alt: "Alt", space: "Space", delete: "Del", backspace: "⌫",
  escape: "Esc", arrowleft: "←", arrowright: "→", arrowup: "↑", arrowdown: "↓", home: "Home",
  end: "End", enter: "Enter",
};

/** A chord as it is written on keys. */
export const keyName = (chord) =>
  chord.split(/(?<=.)\+/).map((part) => SIGNS[part] ?? part.toUpperCase()).join(" ");
