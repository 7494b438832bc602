/** A menu of the player in which one thing is chosen. */
import { icon } from "../dom.js";

/**
 * @param {HTMLElement} panel with role "menu"
 * @param {{label: string, note?: string, chosen: boolean, choose: () => void}[]} choices
 */
export function fillChoices(panel, choices) {
  const focused = [...panel.children].indexOf(document.activeElement);
  const items = choices.map(({ label, note = "", chosen, choose }) => {
    const item = document.createElement("button");
    item.type = "button";
    item.className = "menu-item";
    item.setAttribute("role", "menuitemradio");
    item.setAttribute("aria-checked", String(chosen));
    const text = document.createElement("span");
    text.textContent = label;
    const aside = document.createElement("span");
    aside.className = "player-choice-note figures";
    aside.textContent = note;
    item.append(icon("check", "icon-s"), text, aside);
    item.addEventListener("click", choose);
    return item;
  });
  panel.replaceChildren(...items);
  items[focused]?.focus();
}
