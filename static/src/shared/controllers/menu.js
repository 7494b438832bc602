/** A button with a panel below it; arrows move, Escape and outside clicks close. */
import { Controller } from "@hotwired/stimulus";

export class MenuController extends Controller {
  static targets = ["button", "panel"];

  connect() {
    this.outside = (event) => !this.element.contains(event.target) && this.close();
    this.keys = (event) => this.onKey(event);
    this.element.addEventListener("keydown", this.keys);
  }

  disconnect() {
    document.removeEventListener("pointerdown", this.outside);
    this.element.removeEventListener("keydown", this.keys);
  }

  toggle() {
    if (this.panelTarget.hidden) this.open();
    else this.close();
  }

  open() {
    this.panelTarget.hidden = false;
    this.place();
    this.buttonTarget.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", this.outside);
    this.dispatch("opened");
    if (this.panelTarget.getAttribute("role") === "menu") this.items[0]?.focus();
  }

  /** Turns the panel to the side where there is room for it. */
  place() {
    const { classList } = this.panelTarget;
    classList.remove("menu-start", "menu-up");
    const box = this.panelTarget.getBoundingClientRect();
    classList.toggle("menu-start", box.left < 4);
    classList.toggle("menu-up", box.bottom > innerHeight && box.height < box.top);
  }

  close() {
    if (this.panelTarget.hidden) return;
    const inside = this.panelTarget.contains(document.activeElement);
    this.panelTarget.hidden = true;
    this.buttonTarget.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", this.outside);
    if (inside) this.buttonTarget.focus();
  }

  get items() {
    return [...this.panelTarget.querySelectorAll("[role^='menuitem']:not([hidden])")];
  }

  onKey(event) {
    if (this.panelTarget.hidden) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
      this.buttonTarget.focus();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const items = this.items;
    if (!step || items.length === 0) return;
    event.preventDefault();
    const index = items.indexOf(document.activeElement);
    items[(index + step + items.length) % items.length].focus();
  }
}
