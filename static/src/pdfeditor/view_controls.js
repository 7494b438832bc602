/** Zoom, pages and what is shown: the pill below the pages and its keys. */
import { t } from "../shared/i18n.js";

const DARK = "streamfetch.pdf.dark";

/** @param {{root: HTMLElement, viewer: object, store: object, side: object}} parts */
export function viewControls({ root, viewer, store, side }) {
  const part = (selector) => root.querySelector(selector);
  const input = part("[data-page-input]");
  const current = () => store.state.get().pageIndex;

  const check = (name, isOn) => part(`[data-do='${name}']`)?.setAttribute("aria-checked", String(isOn));
  function mode(name) {
    viewer.setMode(name);
    check("continuous", name === "continuous");
    check("single", name === "single");
  }
  function dark(isOn) {
    viewer.surface.classList.toggle("is-dark", isOn);
    check("dark-pages", isOn);
    try {
      localStorage.setItem(DARK, isOn ? "1" : "");
    } catch {
      // It is then forgotten with the page.
    }
  }
  try {
    dark(localStorage.getItem(DARK) === "1");
  } catch {
    dark(false);
  }

  store.watch(({ pageIndex }) => pageIndex, (index) => {
    if (document.activeElement !== input) input.value = String(index + 1);
  });
  store.watch(({ project }) => project.pages.length, (count) => {
    part("[data-page-count]").textContent = String(count || "–");
  });
  store.watch(({ zoom }) => zoom, (zoom) => {
    part("[data-zoom-text]").textContent = t("{zoom} %", { zoom: Math.round(zoom * 100) });
  });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("change", () => {
    const number = Number.parseInt(input.value, 10);
    if (Number.isInteger(number)) viewer.goTo(number - 1);
    input.value = String(current() + 1);
  });
  input.addEventListener("keydown", (event) => event.key === "Enter" && input.blur());

  return {
    "zoom-in": () => viewer.zoomBy(1),
    "zoom-out": () => viewer.zoomBy(-1),
    "zoom-100": () => viewer.zoomTo(1),
    "fit-width": () => viewer.setFit("width"),
    "fit-page": () => viewer.setFit("page"),
    continuous: () => mode("continuous"),
    single: () => mode("single"),
    "dark-pages": () => dark(!viewer.surface.classList.contains("is-dark")),
    "next-page": () => viewer.goTo(current() + 1),
    "previous-page": () => viewer.goTo(current() - 1),
    "first-page": () => viewer.goTo(0),
    "last-page": () => viewer.goTo(store.pages.length - 1),
    side: () => side.toggle(),
  };
}
