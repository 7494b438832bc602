/** The links of a document: inside it they turn to the page, outside only the web opens. */
import { viewBounds } from "../geometry.js";

const SAFE = /^(https?|mailto):/i;

/**
 * @param {{view: object, file: import("../pdf_file.js").PdfFile,
 *   goTo: (index: number) => void}} options
 */
export async function layLinks({ view, file, goTo }) {
  if (view.element.querySelector(".pdf-link")) return;
  const [x0, , , y1] = view.page.crop ?? [0, 0, 0, view.page.height];
  for (const { rect, url, dest } of await file.links(view.number)) {
    if (!dest && !(url && SAFE.test(url))) continue;
    const link = document.createElement("a");
    link.className = "pdf-link";
    link.box = { x: rect[0] - x0, y: y1 - rect[3], width: rect[2] - rect[0], height: rect[3] - rect[1] };
    link.tabIndex = -1;
    if (url) {
      link.href = url;
      link.target = "_blank";
      link.rel = "noopener noreferrer nofollow";
      link.title = url;
    } else {
      link.href = "#";
      link.addEventListener("click", async (event) => {
        event.preventDefault();
        const number = await file.pageOf(dest);
        if (number) goTo(number - 1);
      });
    }
    view.extras.prepend(link);
  }
  placeLinks(view);
}

/** After a change of zoom. */
export function placeLinks(view) {
  for (const link of view.extras.querySelectorAll(".pdf-link")) {
    const box = viewBounds(view.page, view.scale, link.box);
    link.style.left = `${box.x}px`;
    link.style.top = `${box.y}px`;
    link.style.width = `${box.width}px`;
    link.style.height = `${box.height}px`;
  }
}
