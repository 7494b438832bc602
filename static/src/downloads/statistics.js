/** Entry of the statistics page. */
import { Controller } from "@hotwired/stimulus";
import { application } from "../shared/application.js";
import { setText, show } from "../shared/dom.js";
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { formatSize } from "../shared/time.js";
import { toastError } from "../shared/toasts.js";
import { barChart } from "./charts.js";

const MIN_WIDTH = 340;
const dayLabel = (day) =>
  new Date(`${day}T00:00:00`).toLocaleDateString(undefined, { day: "numeric", month: "short" });
const percent = (share) => `${Math.round(share * 100)} %`;

class StatisticsController extends Controller {
  static targets = ["body", "empty", "days", "volume", "sites", "popular"];

  async connect() {
    try {
      this.fill(await api("downloads/stats/"));
    } catch (error) {
      toastError(error);
    }
  }

  fill(stats) {
    const { totals, days, cache } = stats;
    const ended = totals.succeeded + totals.failed;
    show(this.emptyTarget, ended === 0);
    show(this.bodyTarget, ended > 0);
    setText(this.element, "succeeded", String(totals.succeeded));
    setText(this.element, "rate", ended ? percent(totals.succeeded / ended) : "–");
    setText(this.element, "volume", formatSize(totals.size_bytes));
    setText(this.element, "cache", cache.video.hit_rate == null ? "–" : percent(cache.video.hit_rate));
    const perDay = days.map((day) => ({
      label: dayLabel(day.day),
      amounts: [day.succeeded, day.failed],
      tip: t("{day}: {succeeded} in the library, {failed} failed", {
        day: dayLabel(day.day),
        succeeded: day.succeeded,
        failed: day.failed,
      }),
    }));
    const counts = { name: t("Downloads per day"), series: ["succeeded", "failed"], format: String };
    const width = Math.max(MIN_WIDTH, this.daysTarget.clientWidth);
    this.daysTarget.replaceChildren(barChart(perDay, { ...counts, width }));
    const volumeWidth = Math.max(MIN_WIDTH, this.volumeTarget.clientWidth);
    const volume = days.map((day) => ({
      label: dayLabel(day.day),
      amounts: [day.size_bytes],
      tip: `${dayLabel(day.day)}: ${formatSize(day.size_bytes)}`,
    }));
    const sizes = { name: t("Volume per day"), series: ["volume"], format: formatSize, every: 10 };
    this.volumeTarget.replaceChildren(barChart(volume, { ...sizes, width: volumeWidth }));
    this.sitesTarget.replaceChildren(...stats.sites.map(siteRow));
    this.popularTarget.replaceChildren(...stats.popular.map(popularRow));
  }
}

function siteRow(site) {
  const row = document.createElement("div");
  row.className = "site-row";
  const ended = site.succeeded + site.failed;
  const name = document.createElement("span");
  name.className = "clip-line";
  name.textContent = site.site;
  const meter = document.createElement("progress");
  meter.className = "meter";
  meter.max = 100;
  meter.value = ended ? (100 * site.succeeded) / ended : 0;
  meter.setAttribute("aria-label", t("Success of {site}", { site: site.site }));
  const figures = document.createElement("span");
  figures.className = "row-sub figures";
  figures.textContent = t("{share} of {count}", {
    share: ended ? percent(site.succeeded / ended) : "–",
    count: ended,
  });
  row.append(name, meter, figures);
  return row;
}

function popularRow(video) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.className = "link clip-line";
  link.textContent = video.title;
  link.href = `/downloads/?url=${encodeURIComponent(video.url)}`;
  const count = document.createElement("span");
  count.className = "row-sub figures";
  count.textContent = t("{count} ×", { count: video.count });
  item.append(link, count);
  return item;
}

application.register("statistics", StatisticsController);
