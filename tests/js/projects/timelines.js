/** Small timelines for tests. */
import { settled } from "../../../static/src/projects/model/parts.js";
import { TEXT_STYLE } from "../../../static/src/projects/model/words.js";

export const clip = (id, start, end, position, more = {}) => ({
  id,
  asset: "a",
  start_time: start,
  end_time: end,
  duration: (end - start) / (more.speed ?? 1),
  position,
  layer: 0,
  volume: 1,
  muted: false,
  speed: 1,
  ...more,
});

export const sound = (id, start, end, position, more = {}) => {
  const { layer: _layer, ...rest } = clip(id, start, end, position);
  return { ...rest, track: 0, ...more };
};

export const text = (id, start, end, more = {}) => ({
  id,
  text: id,
  start_time: start,
  end_time: end,
  position: { x: 0.5, y: 0.5 },
  style: { ...TEXT_STYLE },
  animation: null,
  ...more,
});

export const timeline = (clips, more = {}) =>
  settled({
    duration: 0,
    playhead_time: 0,
    clips,
    text_overlays: [],
    audio_tracks: [],
    transitions: [],
    markers: [],
    ...more,
  });

/** [position, start, end] of each part, by id. */
export const shape = (parts) =>
  Object.fromEntries(
    parts.map((part) => [part.id, [part.position, part.start_time, part.end_time]]),
  );
