/** What is done to several assets at once. */
import { ask } from "../shared/dialogs.js";
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { toast } from "../shared/toasts.js";

const AT_ONCE = 200;

async function send(action, ids, force) {
  const answers = { done: [], refused: [] };
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const body = { action, ids: ids.slice(start, start + AT_ONCE), ...(force && { force }) };
    const { done, refused } = await api("assets/bulk/", { method: "POST", body });
    answers.done.push(...done);
    answers.refused.push(...refused);
  }
  return answers;
}

const questions = {
  delete: (count) => ({
    title: t("Delete {count} from the library?", { count }),
    text: t("They go to the bin, from where you can restore them."),
    ok: t("Delete"),
    danger: true,
  }),
  purge: (count) => ({
    title: t("Delete {count} for good?", { count }),
    text: t("Their files are removed. This cannot be taken back."),
    ok: t("Delete for good"),
    danger: true,
  }),
};

/**
 * Asks, acts, and asks again about those that projects use.
 *
 * @param {"delete" | "restore" | "purge"} action
 * @param {string[]} ids
 * @param {(id: string) => string} titleOf
 * @returns {Promise<string[]>} those that it was done to
 */
export async function doToMany(action, ids, titleOf) {
  const question = questions[action]?.(ids.length);
  if (question && !(await ask(question))) return [];
  const { done, refused } = await send(action, ids, false);
  const used = refused.filter(({ code }) => code === "in_use");
  const others = refused.filter(({ code }) => code !== "in_use");
  if (used.length > 0) {
    const sure = await ask({
      title: t("Projects use {count} of them", { count: used.length }),
      text: used
        .slice(0, 8)
        .map(({ id, detail }) => `“${titleOf(id)}”: ${detail}`)
        .join(" "),
      ok: t("Delete anyway"),
      danger: true,
    });
    if (sure) {
      const again = await send(action, used.map(({ id }) => id), true);
      done.push(...again.done);
      others.push(...again.refused);
    }
  }
  for (const { id, detail } of others) toast(`“${titleOf(id)}”: ${detail}`, { tone: "error" });
  return done;
}
