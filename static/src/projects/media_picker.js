/** Picks a finished video of the library to put into the timeline. */
import { field, fromTemplate, setText, show } from "../shared/dom.js";
import { api } from "../shared/http.js";
import { formatDuration } from "../shared/time.js";

/** @returns {Promise<object | null>} the asset, null when none was picked */
export async function pickAsset() {
  const dialog = document.getElementById("media-dialog");
  const { results } = await api("assets/?status=ready&kind=video");
  let picked = null;
  const choices = results.map((asset) => {
    const choice = fromTemplate(dialog.querySelector("[data-choice]"));
    setText(choice, "title", asset.title);
    setText(choice, "duration", formatDuration(asset.duration_ms));
    if (asset.poster_url) field(choice, "poster").src = asset.poster_url;
    show(field(choice, "poster"), Boolean(asset.poster_url));
    choice.addEventListener("click", () => (picked = asset));
    return choice;
  });
  field(dialog, "choices").replaceChildren(...choices);
  show(field(dialog, "empty"), choices.length === 0);
  dialog.showModal();
  await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
  return picked;
}
