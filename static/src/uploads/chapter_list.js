/** The named parts of one asset's film: a click plays from there. */
import { show } from "../shared/dom.js";
import { chapterAt, chapterName } from "../shared/player/chapters.js";
import { formatDuration } from "../shared/time.js";

export class ChapterList {
  /**
   * @param {HTMLElement} section hidden while there are none
   * @param {HTMLElement} player whose <video> is sought
   * @param {AbortSignal} signal
   */
  constructor(section, player, signal) {
    this.section = section;
    this.video = player.querySelector("video");
    this.list = section.querySelector("ol");
    this.chapters = [];
    this.list.addEventListener("click", (event) => this.#go(event), { signal });
    for (const name of ["timeupdate", "seeked"]) {
      this.video.addEventListener(name, () => this.#mark(), { signal });
    }
  }

  /** @param {{start_ms: number, end_ms: number, title: string}[]} chapters */
  paint(chapters) {
    this.chapters = chapters;
    const rows = chapters.map(({ start_ms: start }, index) => {
      const row = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "chapter";
      const time = document.createElement("span");
      time.className = "figures row-sub";
      time.textContent = formatDuration(start);
      const name = document.createElement("span");
      name.textContent = chapterName(chapters, index);
      button.append(time, name);
      row.append(button);
      return row;
    });
    this.list.replaceChildren(...rows);
    show(this.section, rows.length > 0);
    this.#mark();
  }

  #go(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const index = [...this.list.children].indexOf(button.parentElement);
    this.video.currentTime = this.chapters[index].start_ms / 1000;
    // A refused play() needs another click.
    this.video.play().catch(() => {});
  }

  #mark() {
    const at = chapterAt(this.chapters, this.video.currentTime);
    [...this.list.children].forEach((row, index) => {
      const button = row.firstElementChild;
      if (index === at) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
  }
}
