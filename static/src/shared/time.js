/** Times, sizes and speeds as people read and write them. Pure functions. */
import { t } from "./i18n.js";

const pad = (number, width = 2) => String(number).padStart(width, "0");

/**
 * A length for badges: 0:07, 3:24, 1:02:09.
 * @param {number | null | undefined} durationMs
 */
export function formatDuration(durationMs) {
  if (durationMs == null || !Number.isFinite(durationMs)) return "";
  const total = Math.max(0, Math.round(durationMs / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = pad(total % 60);
  return hours ? `${hours}:${pad(minutes)}:${seconds}` : `${minutes}:${seconds}`;
}

/**
 * A position for editing, to the millisecond: 00:01:07.250.
 * @param {number} seconds
 */
export function formatTimecode(seconds) {
  const total = Math.max(0, Math.round((Number.isFinite(seconds) ? seconds : 0) * 1000));
  const ms = total % 1000;
  const s = Math.floor(total / 1000);
  return `${pad(Math.floor(s / 3600))}:${pad(Math.floor((s % 3600) / 60))}:${pad(s % 60)}.${pad(ms, 3)}`;
}

/**
 * Reads "1:07.25", "00:01:07.250", "67.25" or "67,25".
 * @param {string} text
 * @returns {number | null} seconds, null when it is not a time
 */
export function parseTimecode(text) {
  const match = /^(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6})(?:[.,](\d{0,6}))?$/.exec(text.trim());
  if (!match) return null;
  const [, hours = "0", minutes = "0", seconds, fraction = ""] = match;
  const whole = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return roundMs(whole + Number(`0.${fraction || "0"}`));
}

/** Seconds to the nearest millisecond, the precision of the timeline document. */
export const roundMs = (seconds) => Math.round(seconds * 1000) / 1000;

const UNITS = ["B", "KB", "MB", "GB", "TB"];

/** @param {number | null | undefined} sizeBytes */
export function formatSize(sizeBytes) {
  if (sizeBytes == null || !Number.isFinite(sizeBytes)) return "";
  let value = Math.max(0, sizeBytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** @param {number | null | undefined} bytesPerSecond */
export function formatSpeed(bytesPerSecond) {
  return bytesPerSecond > 0 ? `${formatSize(bytesPerSecond)}/s` : "";
}

/** @param {number | null | undefined} seconds */
export function formatTimeLeft(seconds) {
  if (seconds == null || !Number.isFinite(seconds) || seconds < 0) return "";
  if (seconds < 5) return t("a few seconds left");
  if (seconds < 55) return t("{count} s left", { count: Math.ceil(seconds / 5) * 5 });
  if (seconds < 3300) return t("{count} min left", { count: Math.max(1, Math.round(seconds / 60)) });
  const hours = Math.floor((seconds + 150) / 3600);
  const minutes = Math.round((seconds - hours * 3600) / 60 / 5) * 5;
  return minutes > 0
    ? t("{hours} h {minutes} min left", { hours, minutes })
    : t("{hours} h left", { hours });
}

/**
 * @param {string | null | undefined} isoTime
 * @param {number} [now] milliseconds
 */
export function formatAge(isoTime, now = Date.now()) {
  if (!isoTime) return "";
  const at = Date.parse(isoTime);
  if (Number.isNaN(at)) return "";
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return t("just now");
  if (minutes < 60) return t("{count} min ago", { count: minutes });
  if (minutes < 24 * 60) return t("{count} h ago", { count: Math.floor(minutes / 60) });
  const days = Math.floor(minutes / 1440);
  if (days < 7) return days === 1 ? t("yesterday") : t("{count} days ago", { count: days });
  const year = new Date(at).getFullYear() === new Date(now).getFullYear() ? undefined : "numeric";
  return new Date(at).toLocaleDateString(undefined, { day: "numeric", month: "short", year });
}
