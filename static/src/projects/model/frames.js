/** Time counted in frames, as the renderer counts it. Pure. */

const HALF_MS = 0.0005;

/** The rate that a rounded number stands for: 29.97 is 30000/1001. */
export function exactRate(rate) {
  for (const whole of [24, 30, 48, 60, 120]) {
    const exact = (whole * 1000) / 1001;
    if (Math.abs(rate - exact) < 0.006) return exact;
  }
  return Math.round(rate * 1000) / 1000;
}

/** The frame that is on at a time, which may have been rounded to milliseconds. */
export const frameOn = (time, rate) => Math.floor((time + HALF_MS) * rate);

/** The frame that an edge goes to. */
export const nearestFrame = (time, rate) => Math.round(time * rate);
