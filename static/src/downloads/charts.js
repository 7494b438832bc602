/** Bar charts as SVG. The geometry is pure; `barChart` makes the elements. */

const SVG = "http://www.w3.org/2000/svg";

/** The smallest of 1, 2, 5 × 10^n that is at least `value`. */
export function niceCeiling(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((each) => each * power >= value * (1 - 1e-9));
  return step * power;
}

/**
 * Stacked bars in a box.
 * @param {number[][]} stacks one list of amounts for each bar
 * @param {{width: number, height: number, gap?: number}} box
 * @returns {{top: number, bars: {x: number, y: number, width: number, height: number,
 *   series: number, index: number}[]}} `top` is the amount at the upper edge
 */
export function stackedBars(stacks, { width, height, gap = 0.25 }) {
  const totals = stacks.map((stack) => stack.reduce((sum, each) => sum + each, 0));
  const top = niceCeiling(Math.max(0, ...totals));
  const slot = stacks.length > 0 ? width / stacks.length : width;
  const bars = [];
  for (const [index, stack] of stacks.entries()) {
    let used = 0;
    for (const [series, amount] of stack.entries()) {
      const tall = (amount / top) * height;
      if (amount > 0) {
        bars.push({
          x: index * slot + (slot * gap) / 2,
          y: height - used - tall,
          width: slot * (1 - gap),
          height: tall,
          series,
          index,
        });
      }
      used += tall;
    }
  }
  return { top, bars };
}

function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

const NARROW = 620;
const HEIGHT = 200;
const LEFT = 64;
const BELOW = 24;

/**
 * @param {{label: string, amounts: number[], tip: string}[]} rows
 * @param {{name: string, series: string[], format: (amount: number) => string,
 *   every?: number, width?: number}} options `every` labels one of so many bars,
 *   `width` is about how many pixels wide it is shown
 * @returns {SVGElement}
 */
export function barChart(rows, { name, series, format, every = 5, width = NARROW }) {
  const box = { width: width - LEFT, height: HEIGHT - BELOW };
  const { top, bars } = stackedBars(rows.map((row) => row.amounts), box);
  const svg = element("svg", {
    viewBox: `0 0 ${width} ${HEIGHT + 8}`,
    class: "chart",
    role: "img",
    "aria-label": name,
  });
  for (const share of [0, 0.5, 1]) {
    const y = 6 + box.height * (1 - share);
    svg.append(element("line", { x1: LEFT, x2: width, y1: y, y2: y, class: "chart-line" }));
    // Half a download is none.
    const text = share === 0.5 && top % 2 !== 0 ? "" : format(top * share);
    svg.append(element("text", { x: LEFT - 8, y: y + 4, class: "chart-text chart-text-end" }, text));
  }
  for (const bar of bars) {
    const rectangle = element("rect", {
      x: LEFT + bar.x,
      y: bar.y + 6,
      width: bar.width,
      height: Math.max(bar.height, 1),
      rx: 1.5,
      class: "chart-bar",
      "data-key": series[bar.series],
    });
    rectangle.append(element("title", {}, rows[bar.index].tip));
    svg.append(rectangle);
  }
  const slot = rows.length > 0 ? box.width / rows.length : 0;
  for (const [index, row] of rows.entries()) {
    if (index % every !== 0) continue;
    const x = LEFT + (index + 0.5) * slot;
    svg.append(element("text", { x, y: HEIGHT + 2, class: "chart-text chart-text-middle" }, row.label));
  }
  return svg;
}
