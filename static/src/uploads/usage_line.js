/** How much room a library takes, below its title. */
import { setMeter, show } from "../shared/dom.js";
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { formatSize } from "../shared/time.js";

/** @param {{line: HTMLElement, quota: HTMLElement, toBin: HTMLElement}} parts */
export async function paintUsage({ line, quota: meter, toBin }) {
  try {
    const { size_bytes: size, asset_count: count, quota_bytes: quota } = await api("assets/usage/");
    const used = formatSize(size);
    line.textContent = quota
      ? t("{used} of {quota} used · {count} files", { used, quota: formatSize(quota), count })
      : t("{used} used · {count} files", { used, count });
    show(line, count > 0);
    // With an empty library, whatever there is lies in the bin.
    show(toBin, count > 0);
    show(meter, Boolean(quota));
    setMeter(meter, quota ? Math.min(100, (size / quota) * 100) : 0);
  } catch {
    // Only a figure: the next visit shows it.
  }
}
