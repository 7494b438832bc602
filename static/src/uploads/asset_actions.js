/** What can be done to an asset from any page; each asks where it must. */
import { ask } from "../shared/dialogs.js";
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { toast, toastError } from "../shared/toasts.js";

/** Makes a one-clip project and opens it. */
export async function makeProject(asset) {
  const project = await api("video-projects/", {
    method: "POST",
    body: { name: asset.title.slice(0, 200), asset: asset.id },
  });
  location.assign(`/projects/${project.id}/`);
}

/** @returns {Promise<object | null>} the asset with its new title */
export async function renameAsset(asset) {
  const title = await ask({
    title: t("Rename"),
    ok: t("Rename"),
    input: { label: t("Title"), value: asset.title },
  });
  if (!title || title === asset.title) return null;
  return api(`assets/${asset.id}/`, { method: "PATCH", body: { title } });
}

/** Asks once more when projects use it. @returns {Promise<boolean>} whether it is gone */
async function sendDelete(asset) {
  const path = `assets/${asset.id}/`;
  try {
    await api(path, { method: "DELETE" });
    return true;
  } catch (error) {
    if (error.code !== "in_use") throw error;
    const sure = await ask({
      title: t("“{title}” is in use", { title: asset.title }),
      text: t("Without it, these will miss a part:"),
      links: error.problem.used_by ?? [],
      ok: t("Delete anyway"),
      danger: true,
    });
    if (!sure) return false;
    await api(`${path}?force=true`, { method: "DELETE" });
    return true;
  }
}

const DELETED_KEY = "streamfetch.deleted";

/** Leaves the page of a file that was deleted; the library offers to undo it. */
export function leaveDeleted({ id, title }) {
  sessionStorage.setItem(DELETED_KEY, JSON.stringify({ id, title }));
  location.assign("/");
}

/** Says what was deleted on the page before this one, once. */
export function greetDeleted(onRestored) {
  const left = sessionStorage.getItem(DELETED_KEY);
  sessionStorage.removeItem(DELETED_KEY);
  if (left) offerUndo(JSON.parse(left), onRestored);
}

/**
 * @param {object} asset
 * @param {((asset: object) => void) | null} onRestored after "Undo", which is not
 *   offered here without it
 * @returns {Promise<boolean>} whether it was deleted
 */
export async function deleteAsset(asset, onRestored) {
  const sure = await ask({
    title: t("Delete this from the library?"),
    text: t("“{title}” goes to the bin, from where you can restore it.", { title: asset.title }),
    ok: t("Delete"),
    danger: true,
  });
  if (!sure) return false;
  if (!(await sendDelete(asset))) return false;
  if (onRestored) offerUndo(asset, onRestored);
  return true;
}

function offerUndo(asset, onRestored) {
  toast(t("Deleted “{title}”.", { title: asset.title }), {
    action: {
      label: t("Undo"),
      run: async () => {
        try {
          const path = `assets/${asset.id}/restore/`;
          onRestored((await api(path, { method: "POST" })) ?? asset);
        } catch (error) {
          toastError(error);
        }
      },
    },
  });
}

export const reprocessAsset = (asset) => api(`assets/${asset.id}/reprocess/`, { method: "POST" });
