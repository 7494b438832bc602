/** What one part is to say, changed by hand below its row. */
import { field, fromTemplate, setText, show } from "../shared/dom.js";
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { formatDuration } from "../shared/time.js";

/**
 * Opens the editor below `row`, or closes the one that is open there.
 *
 * @param {HTMLElement} row @param {object} chunk
 * @param {{jobId: string, editor: HTMLTemplateElement, cue: HTMLTemplateElement,
 *   canRedo: boolean, kept: (chunk: object) => void, redo: (chunk: object) => Promise<void>}} options
 */
export function toggleWords(row, chunk, { jobId, editor, cue, canRedo, kept, redo }) {
  const button = row.querySelector("[data-chunk='edit']");
  const open = row.querySelector("form");
  if (open) {
    open.remove();
    button.setAttribute("aria-expanded", "false");
    button.focus();
    return;
  }
  const form = fromTemplate(editor);
  const areas = chunk.transcript.map((each) => addCue(form, cue, chunk, each));
  const error = field(form, "error");
  const close = () => toggleWords(row, chunk, {});
  show(field(form, "save"), canRedo);
  setText(form, "hint", canRedo ? "" : t("Pause the job, or wait for its end, to dub this part again."));
  const store = async (then) => {
    const transcript = chunk.transcript.map((each, at) => ({ ...each, target: areas[at].value.trim() }));
    const path = `automation/jobs/${jobId}/chunks/${chunk.id}/`;
    show(error, false);
    try {
      const answer = await api(path, { method: "PATCH", body: { transcript } });
      kept(answer);
      await then?.(answer);
      close();
    } catch (problem) {
      error.textContent = problem.errors?.[0]?.message ?? problem.message;
      show(error, true);
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (canRedo) store(redo);
  });
  field(form, "keep").addEventListener("click", () => store());
  field(form, "close").addEventListener("click", close);
  form.addEventListener("keydown", (event) => event.key === "Escape" && close());
  row.append(form);
  button.setAttribute("aria-expanded", "true");
  areas[0]?.focus();
}

function addCue(form, template, chunk, { start_ms, end_ms, source, target }) {
  const item = fromTemplate(template);
  const at = (ms) => formatDuration(chunk.start_ms + ms);
  setText(item, "time", `${at(start_ms)}–${at(end_ms)}`);
  setText(item, "source", source);
  const area = field(item, "target");
  area.value = target;
  area.setAttribute("aria-label", t("What is said instead of “{source}”", { source }));
  field(form, "cues").append(item);
  return area;
}
