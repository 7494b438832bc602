/** Keys of the PDF editor. Fields, menus and dialogs keep their own. */
import { t } from "../shared/i18n.js";

const OWN_KEYS = "input:not([type='range'], [type='checkbox'], [type='radio']), textarea, select, dialog, [role='menu'], [contenteditable]";

export const TOOL_KEYS = Object.freeze({
  v: "select", t: "text", n: "note", h: "highlight", u: "underline", k: "strikeout", w: "squiggly",
  p: "pen", m: "marker", e: "eraser", r: "rectangle", c: "circle", l: "line", a: "arrow", g: "polygon",
  i: "image", s: "stamp", x: "signature",
});

const COMMANDS = {
  z: "undo", y: "redo", c: "copy", x: "cut", v: "paste", d: "duplicate", a: "selectAll", f: "find", s: "save",
};

const PLAIN = {
  "+": "zoom-in", "=": "zoom-in", "-": "zoom-out", 0: "fit-width", 9: "fit-page", 1: "zoom-100",
  "?": "shortcuts", "]": "forward", "[": "backward", delete: "remove", backspace: "back",
  pagedown: "next-page", pageup: "previous-page", home: "first-page", end: "last-page", b: "side",
};

const ARROWS = { arrowleft: [-1, 0], arrowright: [1, 0], arrowup: [0, -1], arrowdown: [0, 1] };

/**
 * @param {object} editor @param {Record<string, Function>} actions
 */
export function bindShortcuts(editor, actions) {
  const { store } = editor;
  document.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && ["s", "f"].includes(key) && !event.altKey) {
      event.preventDefault();
      actions[COMMANDS[key]]();
      return;
    }
    if (event.defaultPrevented || event.target.closest?.(OWN_KEYS)) return;
    if (isCommand) {
      command(event, key);
      return;
    }
    if (event.altKey) return;
    if (key === "escape") {
      actions.escape();
      return;
    }
    if (key === "enter" && !event.target.closest("button, a, [role='option'], summary")) {
      actions.enter();
      return;
    }
    if (key === "tab" && event.target.closest("[data-scroll]") && store.selection.size > 0) {
      event.preventDefault();
      actions.selectNext(event.shiftKey ? -1 : 1);
      return;
    }
    const arrow = ARROWS[key];
    if (arrow) {
      if (store.selection.size === 0 || event.target.closest("[role='radiogroup'], [role='tablist'], [type='range']")) return;
      event.preventDefault();
      actions.nudge(...arrow, event.shiftKey);
      return;
    }
    if (event.target.closest("[type='range']")) return;
    const name = PLAIN[key];
    if (name) {
      event.preventDefault();
      actions[name]();
    } else if (TOOL_KEYS[key]) {
      event.preventDefault();
      actions.tool(TOOL_KEYS[key], { keep: event.shiftKey });
    }
  });

  function command(event, key) {
    if (event.altKey) return;
    // Words that are selected are copied as words.
    const words = String(getSelection() ?? "");
    if (key === "c" && words !== "" && store.selection.size === 0) return;
    if (key === "]" || key === "[") {
      event.preventDefault();
      actions[key === "]" ? "bring-front" : "send-back"]();
      return;
    }
    const name = key === "z" && event.shiftKey ? "redo" : COMMANDS[key];
    if (!name || (event.shiftKey && key !== "z")) return;
    event.preventDefault();
    actions[name]();
  }
}

const SHEET = [
  ["Tools", [
    ["Select", "V"], ["Text", "T"], ["Note", "N"], ["Highlight", "H"], ["Underline", "U"],
    ["Strike out", "K"], ["Squiggly", "W"], ["Pen", "P"], ["Free highlight", "M"], ["Eraser", "E"],
    ["Rectangle", "R"], ["Circle", "C"], ["Line", "L"], ["Arrow", "A"], ["Polygon", "G"],
    ["Image", "I"], ["Stamp", "S"], ["Signature", "X"], ["Keep the tool for more than one", "⇧ + key"],
  ]],
  ["Edit", [
    ["Undo, redo", "Ctrl Z  ·  Ctrl ⇧ Z"], ["Copy, cut, paste", "Ctrl C  ·  Ctrl X  ·  Ctrl V"],
    ["Duplicate", "Ctrl D"], ["Select all of the page", "Ctrl A"], ["Next, previous annotation", "Tab  ·  ⇧ Tab"],
    ["Open what is selected", "Enter"], ["Move", "← ↑ → ↓"], ["Move by ten points", "⇧ ← ↑ → ↓"],
    ["Forward, backward", "]  ·  ["], ["To the front, to the back", "Ctrl ]  ·  Ctrl ["], ["Delete", "Del"],
    ["Move without snapping", "Ctrl + drag"], ["Leave a copy", "Alt + drag"], ["Straight, square, 15° steps", "⇧ + drag"],
  ]],
  ["View", [
    ["Search", "Ctrl F"], ["Zoom", "+  ·  −"], ["Fit the width, the page", "0  ·  9"], ["Size on paper", "1"],
    ["Next, previous page", "Page ↓  ·  Page ↑"], ["First, last page", "Home  ·  End"], ["Side panel", "B"],
    ["Move pages in the side panel", "Alt ↑  ·  Alt ↓"], ["Save now", "Ctrl S"],
  ]],
];

/** @param {HTMLElement} host filled with all keys */
export function fillShortcuts(host) {
  if (host.childElementCount > 0) return;
  for (const [title, rows] of SHEET) {
    const section = document.createElement("section");
    const head = document.createElement("h3");
    head.className = "label-caps";
    head.textContent = t(title);
    const list = document.createElement("dl");
    list.className = "facts facts-dense shortcuts";
    for (const [name, keys] of rows) {
      const row = document.createElement("div");
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      term.textContent = t(name);
      for (const each of keys.split("  ·  ")) {
        const key = document.createElement("kbd");
        key.className = "key";
        key.textContent = each;
        value.append(key, " ");
      }
      row.append(term, value);
      list.append(row);
    }
    section.append(head, list);
    host.append(section);
  }
}
