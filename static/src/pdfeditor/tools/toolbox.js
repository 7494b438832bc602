/** Every tool by its name. */
import { MARKUP_TOOLS } from "../styles.js";
import { EraserTool, InkTool, PolygonTool, ShapeTool } from "./draw_tools.js";
import { MarkupTool } from "./markup.js";
import { NoteTool, PlaceTool, TextTool } from "./place_tools.js";
import { SelectTool } from "./select_tool.js";

/** @param {object} editor the parts of the editor */
export function toolbox(editor) {
  const place = new PlaceTool(editor);
  const markup = MARKUP_TOOLS.map((style) => [style, new MarkupTool(editor, style)]);
  const shapes = ["rectangle", "circle", "line", "arrow"].map((shape) => [shape, new ShapeTool(editor, shape)]);
  return {
    select: new SelectTool(editor),
    text: new TextTool(editor),
    note: new NoteTool(editor),
    pen: new InkTool(editor, "pen"),
    marker: new InkTool(editor, "marker"),
    eraser: new EraserTool(editor),
    polygon: new PolygonTool(editor),
    ...Object.fromEntries([...markup, ...shapes]),
    place,
    image: place,
    stamp: place,
    signature: place,
  };
}
