/** One drag with the pointer, from press to release. Escape takes it back. */

/**
 * @param {PointerEvent} event the pointerdown
 * @param {{move: (dx: number, dy: number, event: PointerEvent) => void,
 *   end: (kept: boolean) => void}} handlers `kept` is false for a cancelled drag
 *   and for a press that never moved
 */
export function startDrag(event, { move, end }) {
  const over = new AbortController();
  const { signal } = over;
  const { clientX, clientY, pointerId, target } = event;
  let moved = false;
  event.preventDefault();
  target.setPointerCapture?.(pointerId);

  const finish = (kept) => {
    over.abort();
    end(kept && moved);
  };
  const on = (type, handler, where = target) => where.addEventListener(type, handler, { signal });
  on("pointermove", (now) => {
    const dx = now.clientX - clientX;
    const dy = now.clientY - clientY;
    if (!moved && Math.hypot(dx, dy) < 2) return;
    moved = true;
    move(dx, dy, now);
  });
  on("pointerup", () => finish(true));
  on("pointercancel", () => finish(false));
  on("keydown", (key) => key.key === "Escape" && finish(false), document);
}
