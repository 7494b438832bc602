/** The card of a playlist or channel: choose which videos, page by page. */
import { field, fromTemplate, setText, show } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { languageOptions, tracksIn } from "../shared/languages.js";
import { formatDuration } from "../shared/time.js";

function entryRow(entry, checked) {
  const item = document.createElement("li");
  const label = document.createElement("label");
  label.className = "check found-entry";
  const input = document.createElement("input");
  Object.assign(input, { type: "checkbox", name: "entry", value: entry.url, checked });
  const title = document.createElement("span");
  title.textContent = entry.title || entry.url;
  const length = document.createElement("span");
  length.className = "row-sub figures";
  length.textContent = formatDuration(entry.duration_ms);
  label.append(input, title, length);
  item.append(label);
  return item;
}

/**
 * @param {HTMLTemplateElement} template
 * @param {object} answer of POST downloads/inspect/
 * @param {{turn: (page: number) => Promise<object | null>, close: () => void,
 *   fetch: (entries: {url: string, title: string}[], options: object) => Promise<string[]>,
 *   subscribe: (options: object) => Promise<void>}} does
 */
export function foundList(template, answer, does) {
  const card = fromTemplate(template);
  /** Chosen on any page: address -> title. */
  const chosen = new Map();
  const titles = new Map();
  const seen = new Set();
  let shown = answer;
  const learn = ({ page, playlist }) => {
    seen.add(page);
    for (const entry of playlist.entries) titles.set(entry.url, entry.title);
  };
  const list = field(card, "entries");
  const button = card.querySelector("[data-found-fetch]");

  const count = () => {
    const label =
      chosen.size === 0 ? t("Fetch") : t("Fetch {count}", { count: chosen.size });
    setText(card, "count", label);
    button.disabled = chosen.size === 0;
    const boxes = [...list.querySelectorAll("input")];
    const all = field(card, "all");
    all.checked = boxes.length > 0 && boxes.every((box) => box.checked);
    all.indeterminate = !all.checked && boxes.some((box) => box.checked);
  };
  const fill = () => {
    const { playlist } = shown;
    setText(card, "title", playlist.title || playlist.url);
    const videos = t("{count} videos", { count: shown.entry_total });
    setText(card, "about", [playlist.channel, videos].filter(Boolean).join(" · "));
    setText(card, "page", `${shown.page} / ${shown.page_count}`);
    card.querySelector("[data-page='-1']").disabled = shown.page <= 1;
    card.querySelector("[data-page='1']").disabled = shown.page >= shown.page_count;
    show(card.querySelector("[data-found-whole]"), shown.page_count > 1);
    learn(shown);
    list.replaceChildren(...playlist.entries.map((entry) => entryRow(entry, chosen.has(entry.url))));
    count();
  };
  const take = (box) => {
    if (box.checked) chosen.set(box.value, titles.get(box.value));
    else chosen.delete(box.value);
  };
  const busy = (element, work) => async () => {
    element.disabled = true;
    try {
      await work();
    } finally {
      element.disabled = false;
      count();
    }
  };

  list.addEventListener("change", (event) => {
    take(event.target);
    count();
  });
  field(card, "all").addEventListener("change", (event) => {
    for (const box of list.querySelectorAll("input")) {
      box.checked = event.target.checked;
      take(box);
    }
    count();
  });
  for (const pager of card.querySelectorAll("[data-page]")) {
    pager.addEventListener("click", async () => {
      shown = (await does.turn(shown.page + Number(pager.dataset.page))) ?? shown;
      fill();
    });
  }
  const value = (name) => card.querySelector(`[name='${name}']`).value;
  card.querySelector("[name='subtitles']").append(...languageOptions());
  const options = () => ({
    preset: value("preset"),
    subtitles: tracksIn(value("subtitles")),
    ...(card.querySelector("[data-field='sponsor-field']").hidden
      ? {}
      : { sponsorblock: value("sponsorblock") }),
  });
  show(field(card, "sponsor-field"), answer.playlist.extractor.toLowerCase().startsWith("youtube"));
  const whole = card.querySelector("[data-found-whole]");
  whole.addEventListener(
    "click",
    busy(whole, async () => {
      for (let page = 1; page <= shown.page_count; page += 1) {
        if (seen.has(page)) continue;
        const turned = await does.turn(page);
        if (!turned) return;
        learn(turned);
        setText(card, "page", `${page} / ${turned.page_count}`);
      }
      for (const [url, title] of titles) chosen.set(url, title);
      fill();
    }),
  );
  card.querySelector("[data-found-close]").addEventListener("click", does.close);
  const subscribe = card.querySelector("[data-found-subscribe]");
  subscribe.addEventListener("click", busy(subscribe, () => does.subscribe(options())));
  button.addEventListener(
    "click",
    busy(button, async () => {
      const entries = [...chosen].map(([url, title]) => ({ url, title }));
      for (const url of await does.fetch(entries, options())) chosen.delete(url);
      fill();
    }),
  );
  fill();
  return card;
}
