/**
 * What undo and redo make of an annotation that others may have changed since: what
 * the step did is taken back, what others did stays.
 */
import { sameContent, sameField, SERVER_FIELDS } from "./kinds.js";

// They describe one form together: half of it would be neither theirs nor ours.
const FORM = ["x", "y", "width", "height", "rotation", "points", "strokes", "quads"];

/**
 * @param {{before: object | null, after: object | null}} step `after` is the wanted state
 * @param {object | null} current
 * @returns {{wanted: object | null, isKept: boolean}} isKept: something of others stays
 */
export function travel({ before, after }, current) {
  if (!before && !current) return { wanted: after, isKept: false };
  if (sameContent(before, current)) return { wanted: after, isKept: false };
  if (!before || !after || !current) return { wanted: current, isKept: true };
  const isTheirs = (name) => !sameField(current, before, name);
  const formIsTheirs = FORM.some(isTheirs);
  const wanted = { ...current };
  let isKept = false;
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (SERVER_FIELDS.includes(name) || sameField(before, after, name)) continue;
    if (FORM.includes(name) ? formIsTheirs : isTheirs(name)) isKept = true;
    else wanted[name] = after[name];
  }
  return { wanted, isKept };
}
