import { valueName } from "../format.js";

const LONGEST_NAME = 16;

/** A line where the window begins, for lines that begin before it. */
export function drawWindow(plot, { starts, windowFrom }, stroke, pixel) {
  if (starts[0] >= windowFrom) return;
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(windowFrom, "x", true)) + 0.5;
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.lineWidth = pixel * devicePixelRatio;
  ctx.setLineDash([2 * ctx.lineWidth, 4 * ctx.lineWidth]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** Writes each line's name at its end, moved apart where they would overlap: no line is told by its colour alone. */
export function drawNames(plot, model, colour, font, pixel) {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const height = 17 * pixel * ratio;
  const last = Math.max(0, model.starts.findLastIndex((start) => start < model.openFrom));
  const names = model.lines.map(({ value, slot, counts }) => ({ text: shorten(valueName(model.dimension, value)), slot, y: plot.valToPos(counts[last], "y", true) }));
  names.sort((a, b) => a.y - b.y);
  names.forEach((name, index) => index && (name.y = Math.max(name.y, names[index - 1].y + height)));
  let floor = bbox.top + bbox.height;
  for (const name of names.toReversed()) {
    name.y = Math.min(name.y, floor);
    floor = name.y - height;
  }
  ctx.save();
  ctx.font = font.replace(/([\d.]+)px/, (_, size) => `${size * ratio}px`);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const { text, slot, y } of names) {
    ctx.fillStyle = colour(`slot-${slot}`);
    ctx.fillText(text, bbox.left + bbox.width + 8 * ratio, y);
  }
  ctx.restore();
}

/** At most LONGEST_NAME characters, inside marks that keep its direction of writing to itself. */
function shorten(name) {
  const characters = [...name];
  return `\u2068${characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME - 1).join("")}…` : name}\u2069`;
}
