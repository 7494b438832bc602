/**
 * One annotation as SVG, in page space. The export draws the same shapes from
 * the same numbers, so what is here must change together with it.
 */
import { measurer } from "../fonts.js";
import { centreOf } from "../geometry.js";
import { NOTE_SIZE, strokesOf } from "../kinds.js";
import { quadPoints } from "../quads.js";
import { curvePath, pressurePieces } from "../smoothing.js";
import { BASELINE, LINE_HEIGHT, wrap } from "../text_layout.js";

const SVG = "http://www.w3.org/2000/svg";

/** @returns {SVGElement} */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(key, String(value));
  }
  element.append(...children);
  return element;
}

const DRAW = { text, highlight, drawing, shape, image, note };

/**
 * @param {import("./kinds.js").Annotation} annotation
 * @param {{uprightBy?: number}} [page] degrees that keep a note upright
 * @returns {SVGGElement}
 */
export function drawAnnotation(annotation, page = {}) {
  const { rotation = 0, opacity = 1, type } = annotation;
  const centre = centreOf(annotation);
  const group = svg("g", {
    class: `pdf-annotation pdf-annotation-${type}`,
    "data-annotation": annotation.id,
    opacity: opacity === 1 ? null : opacity,
    transform: rotation ? `rotate(${rotation} ${centre.x} ${centre.y})` : null,
  });
  if (type === "highlight" && (annotation.style ?? "highlight") === "highlight") group.classList.add("is-multiplied");
  if (type === "drawing" && annotation.blend === "multiply") group.classList.add("is-multiplied");
  group.append(...(DRAW[type]?.(annotation, page) ?? []));
  return group;
}

function text(annotation) {
  const { x, y, width, height, font_size: size } = annotation;
  const parts = [];
  const background = annotation.background_color;
  parts.push(svg("rect", { x, y, width, height, fill: background ?? "transparent" }));
  const measure = measurer(annotation);
  const lines = wrap(annotation.content ?? "", width, measure);
  const anchor = { left: "start", center: "middle", right: "end" }[annotation.text_align] ?? "start";
  const at = { start: x, middle: x + width / 2, end: x + width }[anchor];
  const element = svg("text", {
    fill: annotation.color,
    "font-size": size,
    "font-weight": annotation.font_weight === "bold" ? 700 : 400,
    "font-style": annotation.font_style,
    "text-anchor": anchor,
    "text-decoration": annotation.underline ? "underline" : null,
  });
  element.style.fontFamily = `"${annotation.font_family}", "Noto Sans", sans-serif`;
  lines.forEach((line, i) => {
    const span = svg("tspan", { x: at, y: y + size * (BASELINE + LINE_HEIGHT * i) });
    span.textContent = line;
    element.append(span);
  });
  parts.push(element);
  return parts;
}

function highlight({ quads, color, style = "highlight" }) {
  return quads.flatMap((quad) => {
    const [tl, tr, bl, br] = quadPoints(quad);
    const area = svg("polygon", {
      points: [tl, tr, br, bl].map(({ x, y }) => `${x},${y}`).join(" "),
      fill: style === "highlight" ? color : "transparent",
    });
    if (style === "highlight") return [area];
    const height = Math.hypot(bl.x - tl.x, bl.y - tl.y);
    const width = Math.max(0.75, height / 14);
    const share = { underline: 0.94, strikeout: 0.55, squiggly: 0.94 }[style];
    const from = between(tl, bl, share);
    const to = between(tr, br, share);
    const stroke = { fill: "none", stroke: color, "stroke-width": width };
    if (style !== "squiggly") {
      return [area, svg("path", { d: `M${from.x} ${from.y}L${to.x} ${to.y}`, ...stroke })];
    }
    return [area, svg("path", { d: wave(from, to, height / 12), ...stroke, "stroke-linejoin": "round" })];
  });
}

const between = (a, b, share) => ({ x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share });

/** A zigzag along a line; its teeth are as high as half their length. */
function wave(from, to, amplitude) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const step = Math.max(1.2, amplitude * 2);
  const count = Math.max(2, Math.round(length / step));
  const nx = -(to.y - from.y) / (length || 1);
  const ny = (to.x - from.x) / (length || 1);
  let path = `M${from.x} ${from.y}`;
  for (let i = 1; i <= count; i += 1) {
    const { x, y } = between(from, to, i / count);
    const side = i % 2 === 1 ? -amplitude : 0;
    path += `L${(x + nx * side).toFixed(2)} ${(y + ny * side).toFixed(2)}`;
  }
  return path;
}

function drawing(annotation) {
  const { stroke_color: color, stroke_width: width, fill_color: fill } = annotation;
  const common = { fill: "none", stroke: color, "stroke-linecap": "round", "stroke-linejoin": "round" };
  return strokesOf(annotation).flatMap((stroke) => {
    const d = curvePath(stroke);
    const target = svg("path", { d, ...common, stroke: "transparent", "stroke-width": width + 6 });
    if (stroke[0]?.length < 3) {
      return [target, svg("path", { d, ...common, fill: fill ?? "none", "stroke-width": width })];
    }
    const pieces = pressurePieces(stroke, width).map((piece) =>
      svg("path", {
        d: `M${piece.points.map(([x, y]) => `${x} ${y}`).join("L")}`,
        ...common,
        "stroke-width": piece.width,
      }),
    );
    return [target, ...pieces];
  });
}

/** The open head of an arrow. */
export function arrowHead(from, to, width) {
  const length = 4 * width + 6;
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const wing = (25 * Math.PI) / 180;
  return [angle + Math.PI - wing, angle + Math.PI + wing].map((side) => [
    to[0] + length * Math.cos(side),
    to[1] + length * Math.sin(side),
  ]);
}

function shape(annotation) {
  const { x, y, width, height, shape_type: kind, points = [], stroke_width: line } = annotation;
  const style = {
    fill: annotation.fill_color ?? "none",
    stroke: line > 0 ? annotation.stroke_color : "none",
    "stroke-width": line,
    "stroke-dasharray": annotation.dash?.length ? annotation.dash.join(" ") : null,
    "stroke-linejoin": kind === "rectangle" ? "miter" : "round",
    "stroke-linecap": annotation.dash?.length ? "butt" : "round",
  };
  const target = { fill: "none", stroke: "transparent", "stroke-width": line + 8 };
  if (kind === "rectangle") {
    return [svg("rect", { x, y, width, height, ...target }), svg("rect", { x, y, width, height, ...style })];
  }
  if (kind === "circle") {
    const ellipse = { cx: x + width / 2, cy: y + height / 2, rx: width / 2, ry: height / 2 };
    return [svg("ellipse", { ...ellipse, ...target }), svg("ellipse", { ...ellipse, ...style })];
  }
  if (points.length === 0) return [];
  const d = `M${points.map(([px, py]) => `${px} ${py}`).join("L")}${kind === "polygon" ? "Z" : ""}`;
  const parts = [svg("path", { d, ...target }), svg("path", { d, ...style, fill: kind === "polygon" ? style.fill : "none" })];
  if (kind === "arrow" && points.length > 1) {
    const [a, b] = arrowHead(points.at(-2), points.at(-1), line);
    const tip = points.at(-1);
    parts.push(
      svg("path", { d: `M${a.join(" ")}L${tip.join(" ")}L${b.join(" ")}`, ...style, fill: "none", "stroke-dasharray": null }),
    );
  }
  return parts;
}

function image({ x, y, width, height, image_url: url }) {
  const picture = svg("image", { x, y, width, height, preserveAspectRatio: "none" });
  if (url) picture.setAttribute("href", url);
  return [svg("rect", { x, y, width, height, fill: "transparent" }), picture];
}

/** A sheet with a turned corner, as large on screen as on paper. */
function note({ x, y, color, replies, resolved }, { uprightBy = 0 }) {
  const size = NOTE_SIZE;
  const turn = uprightBy ? `rotate(${uprightBy} ${x + size / 2} ${y + size / 2})` : null;
  const sheet = svg("path", {
    d: `M${x + 2} ${y}h${size - 4}a2 2 0 0 1 2 2v${size - 9}l-5 5h-${size - 7}a2 2 0 0 1-2-2v-${size - 6}a2 2 0 0 1 2-2z`,
    fill: resolved ? "#c9ced4" : color,
    stroke: "rgb(0 0 0 / 0.45)",
    "stroke-width": 0.6,
  });
  const lines = svg("path", {
    d: resolved
      ? `M${x + 6} ${y + 9}l3 3 5-6`
      : `M${x + 5} ${y + 6}h10M${x + 5} ${y + 9.5}h10${replies?.length ? `M${x + 5} ${y + 13}h5` : ""}`,
    fill: "none",
    stroke: "rgb(0 0 0 / 0.6)",
    "stroke-width": 1.2,
    "stroke-linecap": "round",
  });
  return [svg("g", { transform: turn }, sheet, lines)];
}
