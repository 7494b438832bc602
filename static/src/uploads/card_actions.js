/** What the menu of a card does. */
import { deleteAsset, makeProject, renameAsset, reprocessAsset } from "./asset_actions.js";

/**
 * @param {object} asset as in GET assets/{id}/
 * @param {{put: (asset: object) => void, drop: (id: string) => void,
 *   doTo: (action: string, ids: string[]) => Promise<void>}} library shows the outcome
 * @returns {Record<string, () => Promise<void>>} by the name of the menu's entry
 */
export const actionsOf = (asset, library) => ({
  project: () => makeProject(asset),
  rename: async () => {
    const renamed = await renameAsset(asset);
    if (renamed) library.put(renamed);
  },
  delete: async () => {
    const back = (restored) => library.put(restored);
    if (await deleteAsset(asset, back)) library.drop(asset.id);
  },
  restore: () => library.doTo("restore", [asset.id]),
  purge: () => library.doTo("purge", [asset.id]),
  reprocess: async () => {
    await reprocessAsset(asset);
    library.put({ ...asset, status: "processing", last_error: null });
  },
});
