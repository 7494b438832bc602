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

/**
 * @param {object} asset
 * @param {(asset: object) => void} onRestored after "Undo"
 * @returns {Promise<boolean>} whether it was deleted
 */
export async function deleteAsset(asset, onRestored) {
  const sure = await ask({
    title: t("Delete this from the library?"),
    text: t("“{title}” goes to the bin. Projects that use it will miss it.", { title: asset.title }),
    ok: t("Delete"),
    danger: true,
  });
  if (!sure) return false;
  await api(`assets/${asset.id}/`, { method: "DELETE" });
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
  return true;
}

export const reprocessAsset = (asset) => api(`assets/${asset.id}/reprocess/`, { method: "POST" });
