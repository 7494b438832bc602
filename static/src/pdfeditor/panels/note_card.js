/** A sticky note opened: its words, what was answered, whether it is settled. */
import { t } from "../../shared/i18n.js";
import { formatAge } from "../../shared/time.js";
import { icon } from "../../shared/dom.js";
import { viewBounds } from "../geometry.js";
import { HIGHLIGHT_COLORS } from "../styles.js";
import { newId } from "../../shared/ids.js";

const WIDTH_PX = 264;

const make = (name, className, text = "") => {
  const element = document.createElement(name);
  element.className = className;
  if (text) element.textContent = text;
  return element;
};

export class NoteCard {
  #editor;
  #card = null;
  #id = null;

  constructor(editor) {
    this.#editor = editor;
    editor.store.watchAnnotations(() => this.#refresh());
  }

  get isOpen() {
    return this.#card !== null;
  }

  open(note) {
    this.close();
    const view = this.#editor.viewer.view(note.page);
    if (!view) return;
    this.#id = note.id;
    this.#card = make("section", "pdf-note-card");
    this.#card.dataset.ownPointer = "";
    this.#card.setAttribute("aria-label", t("Note"));
    this.#card.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.close();
    });
    this.#card.addEventListener("click", (event) => this.#press(event));
    view.extras.append(this.#card);
    this.#build();
    this.place();
    this.#card.querySelector("textarea").focus({ preventScroll: true });
  }

  get #note() {
    return this.#editor.store.get(this.#id);
  }

  place() {
    const note = this.#card && this.#note;
    const view = note && this.#editor.viewer.view(note.page);
    if (!view || !this.#card.isConnected) {
      if (this.#card) this.close();
      return;
    }
    const box = viewBounds(view.page, view.scale, note);
    const room = view.element.clientWidth;
    const right = box.x + box.width + 8;
    const x = right + WIDTH_PX < room ? right : Math.max(4, box.x - WIDTH_PX - 8);
    this.#card.style.left = `${Math.max(4, Math.min(x, room - WIDTH_PX - 4))}px`;
    this.#card.style.top = `${Math.max(4, box.y)}px`;
  }

  #build() {
    const note = this.#note;
    this.#card.style.setProperty("--swatch", note.color);
    const head = make("header", "pdf-note-head");
    const swatches = make("div", "swatches");
    for (const color of HIGHLIGHT_COLORS) {
      const button = make("button", "swatch-button");
      button.type = "button";
      button.dataset.color = color;
      button.style.setProperty("--swatch", color);
      button.setAttribute("aria-label", color);
      button.setAttribute("aria-pressed", String(note.color === color));
      swatches.append(button);
    }
    head.append(swatches, this.#tool("resolve", "check", note.resolved ? t("Open again") : t("Settled"), note.resolved), this.#tool("delete", "trash-2", t("Delete")), this.#tool("close", "x", t("Close")));
    const words = make("textarea", "pdf-note-text");
    words.value = note.content;
    words.maxLength = 20_000;
    words.placeholder = t("Write a note");
    words.setAttribute("aria-label", t("Note"));
    words.addEventListener("input", () => this.#edit({ content: words.value }, t("Edit note"), { key: `note:${note.id}` }));
    const replies = make("ul", "pdf-replies");
    for (const reply of note.replies ?? []) replies.append(this.#reply(reply));
    const form = make("form", "pdf-reply-form");
    const answer = make("input", "input input-s");
    answer.name = "reply";
    answer.maxLength = 20_000;
    answer.autocomplete = "off";
    answer.placeholder = t("Reply");
    answer.setAttribute("aria-label", t("Reply"));
    const send = make("button", "button button-s", t("Reply"));
    form.append(answer, send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#answer(answer.value.trim());
    });
    this.#card.replaceChildren(head, words, replies, form);
  }

  #tool(action, name, label, pressed = null) {
    const button = make("button", "icon-button icon-button-s");
    button.type = "button";
    button.dataset.note = action;
    button.setAttribute("aria-label", label);
    button.title = label;
    if (pressed !== null) button.setAttribute("aria-pressed", String(Boolean(pressed)));
    button.append(icon(name, "icon-s"));
    return button;
  }

  #reply({ author, content, created_at: at }) {
    const item = make("li", "pdf-reply");
    item.append(make("span", "row-sub", [author, at && formatAge(at)].filter(Boolean).join(" · ")), make("p", "", content));
    return item;
  }

  #answer(content) {
    if (!content) return;
    const reply = {
      id: newId(), author: this.#editor.author, content,
      created_at: new Date().toISOString(),
    };
    this.#edit({ replies: [...(this.#note.replies ?? []), reply] }, t("Reply"));
    this.#build();
    this.#card.querySelector("[name='reply']").focus();
  }

  #edit(changes, label, options) {
    this.#editor.store.edit(label, [{ ...this.#note, ...changes }], options);
  }

  #press(event) {
    const button = event.target.closest("button");
    const { color, note: action } = button?.dataset ?? {};
    if (color) {
      this.#edit({ color }, t("Change look"));
      this.#editor.styles.set("note", { color });
      this.#build();
    } else if (action === "resolve") {
      this.#edit({ resolved: !this.#note.resolved }, t("Settle note"));
      this.#build();
    } else if (action === "delete") {
      const note = this.#note;
      this.close();
      this.#editor.store.remove(t("Delete note"), [note]);
    } else if (action === "close") this.close();
  }

  #refresh() {
    if (!this.#card) return;
    const note = this.#note;
    if (!note) this.close();
    else if (!this.#card.contains(document.activeElement)) {
      this.#build();
      this.place();
    }
  }

  close() {
    this.#card?.remove();
    this.#card = null;
    this.#id = null;
  }
}
