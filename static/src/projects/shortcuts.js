/** Keys of the editor. Fields, menus and dialogs keep their own. */

const OWN_KEYS = "input:not([type='range'], [type='checkbox']), textarea, select, dialog, [role='menu']";

/**
 * @param {Record<string, () => void>} actions by name, as in KEYS
 */
export function bindShortcuts(actions) {
  const plain = {
    " ": "play",
    k: "play",
    j: "secondBack",
    l: "secondOn",
    arrowleft: "frameBack",
    arrowright: "frameOn",
    home: "toStart",
    end: "toEnd",
    i: "setIn",
    o: "setOut",
    s: "split",
    t: "addText",
    delete: "remove",
    backspace: "remove",
    "+": "zoomIn",
    "=": "zoomIn",
    "-": "zoomOut",
    0: "fit",
    "?": "shortcuts",
    escape: "deselect",
  };

  document.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    const command = event.ctrlKey || event.metaKey;
    if (command && key === "s") {
      event.preventDefault();
      actions.save();
      return;
    }
    if (event.defaultPrevented || event.target.closest?.(OWN_KEYS)) return;
    if (command && (key === "z" || key === "y")) {
      event.preventDefault();
      if (key === "y" || event.shiftKey) actions.redo();
      else actions.undo();
      return;
    }
    if (command || event.altKey) return;
    const pressesButton = event.target.closest?.("button, a, [role='tab']");
    if (pressesButton && [" ", "enter"].includes(key)) return;
    if (event.target.type === "range" && key.startsWith("arrow")) return;
    const name = plain[key];
    if (!name) return;
    event.preventDefault();
    actions[name]();
  });
}
