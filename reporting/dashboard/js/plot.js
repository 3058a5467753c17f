import uPlot from "../vendor/uplot/uPlot.esm.js";
import { dayTime, minuteTime, shortCount, valueName } from "./format.js";

const WHOLE_STEPS = [1, 2, 5].flatMap((digit) => Array.from({ length: 12 }, (_, power) => digit * 10 ** power)).sort((a, b) => a - b);
const ROOM_FOR_NAMES_PX = 560;
const LONGEST_NAME = 16;

/**
 * Draws a chart model with uPlot: all events as columns (counts of whole buckets), chosen hashtags as lines. What is
 * outside the window is dimmed; a bucket that is still filling is an outline or a ring, so that it is not read as a fall.
 */
export class Plot {
  #parent;
  #pointed;
  #plot = null;
  #shape = "";
  #model = null;

  /**
   * @param {HTMLElement} parent
   * @param {(at: {index: number, left: number, top: number} | null) => void} pointed told which bucket the pointer is on
   */
  constructor(parent, pointed) {
    this.#parent = parent;
    this.#pointed = pointed;
    new ResizeObserver(() => this.#resize()).observe(parent);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#rebuild());
    document.fonts.ready.then(() => this.#rebuild()); // a canvas does not wait for fonts
  }

  /** @param {import("./series.js").ChartModel} model */
  draw(model) {
    this.#model = model;
    const shape = JSON.stringify([model.dimension, model.step, model.lines.map((line) => [line.value, line.slot])]);
    if (this.#plot && shape === this.#shape) {
      this.#plot.setData(columns(model));
      this.#resize();
      return;
    }
    this.#shape = shape;
    this.#rebuild();
  }

  #rebuild() {
    if (!this.#model) return;
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#options(), columns(this.#model), this.#parent);
  }

  #resize() {
    if (!this.#plot) return;
    const { clientWidth: width, clientHeight: height } = this.#parent;
    if (width === this.#plot.width && height === this.#plot.height) return;
    const roomBefore = this.#plot.width >= ROOM_FOR_NAMES_PX;
    if (roomBefore !== width >= ROOM_FOR_NAMES_PX) this.#rebuild();
    else this.#plot.setSize({ width, height });
  }

  #options() {
    const model = this.#model;
    const style = getComputedStyle(this.#parent);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const width = this.#parent.clientWidth;
    const named = model.dimension === "hashtag" && width >= ROOM_FOR_NAMES_PX;
    const pixel = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    const font = `${Math.round(12 * pixel)}px ${colour("sans")}`;
    const axis = { stroke: colour("soft"), font, ticks: { show: false } };
    const time = model.step < 3600 ? minuteTime : dayTime;
    return {
      width,
      height: this.#parent.clientHeight,
      padding: [12 * pixel, (named ? 136 : 26) * pixel, 0, 0],
      legend: { show: false },
      cursor: { y: false, move: toBucket, drag: { setScale: false, x: false, y: false }, points: { show: model.dimension === "hashtag" } },
      scales: {
        x: { range: () => [this.#model.starts[0], this.#model.starts.at(-1) + this.#model.step] },
        y: { range: (_, __, most) => [0, Math.max(4, (most ?? 0) * 1.06)] },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 30 * pixel, space: (model.step < 3600 ? 70 : 90) * pixel, incrs: timeSteps(model.step), values: (_, splits) => splits.map((split) => time(split * 1000)) },
        { ...axis, grid: { stroke: colour("line"), width: 1 }, size: labelWidth, gap: 8, space: 38 * pixel, incrs: WHOLE_STEPS, values: (_, splits) => splits.map(shortCount) },
      ],
      series: [{}, ...(model.dimension === "hashtag" ? lines(model, colour) : bars(colour))],
      hooks: {
        setCursor: [(plot) => this.#report(plot)],
        draw: [
          (plot) => model.dimension === "hashtag" && drawWindow(plot, this.#model, colour("soft"), pixel),
          (plot) => named && drawNames(plot, this.#model, colour, `600 ${font}`, pixel),
        ],
      },
    };
  }

  #report(plot) {
    const { idx, left, top } = plot.cursor;
    const over = left >= 0 && idx !== null && idx !== undefined;
    this.#pointed(over ? { index: idx, left: left + plot.over.offsetLeft, top: top + plot.over.offsetTop } : null);
  }
}

/** uPlot's columns. A bucket stands at its middle; each part of a line that looks different is a column of its own. */
function columns({ dimension, starts, step, windowFrom, openFrom, lines }) {
  const middles = starts.map((start) => start + step / 2);
  const only = (counts, holds) => counts.map((value, index) => (holds(starts[index]) ? value : null));
  if (dimension === "hashtag") {
    return [middles, ...lines.flatMap(({ counts }) => [only(counts, (start) => start < openFrom), only(counts, (start) => start >= openFrom)])];
  }
  const [{ counts }] = lines;
  const before = only(counts, (start) => start < windowFrom);
  const inside = only(counts, (start) => start >= windowFrom && start < openFrom);
  const open = only(counts, (start) => start >= windowFrom && start >= openFrom);
  return [middles, before, inside, open];
}

function bars(colour) {
  const paths = uPlot.paths.bars({ size: [0.72, 72], radius: [0.18, 0] });
  const bar = (fill) => ({ paths, fill, stroke: fill, width: 0, points: { show: false } });
  const open = { ...bar(colour("accent-wash")), stroke: colour("accent"), width: 1.5 };
  return [bar(colour("accent-dim")), bar(colour("accent")), open];
}

function lines(model, colour) {
  return model.lines.flatMap(({ slot }) => {
    const stroke = colour(`slot-${slot}`);
    const line = { stroke, width: 2.25, points: { show: (_, __, first, last) => last - first < 30, size: 6, fill: stroke } };
    const open = { stroke, width: 2.25, points: { show: true, size: 8, width: 1.5, fill: colour("paper") } };
    return [line, open];
  });
}

/** The cursor stands in the middle of a bucket, never between two. */
function toBucket(plot, left, top) {
  return left < 0 ? [left, top] : [Math.round(plot.valToPos(plot.data[0][plot.posToIdx(left)], "x")), top];
}

/** The room that the longest label of an axis takes, so that the plot begins at the page's edge in every locale. */
function labelWidth(plot, labels, axis) {
  if (!labels) return 0;
  plot.ctx.font = plot.axes[axis].font[0];
  return Math.ceil(Math.max(...labels.map((label) => plot.ctx.measureText(label).width)) / devicePixelRatio) + 10;
}

function timeSteps(step) {
  return step < 3600 ? [60, 120, 300, 600, 900, 1800] : [3600, 7200, 10_800, 14_400, 21_600, 43_200];
}

/** A line where the window begins, for lines that begin before it. */
function drawWindow(plot, { starts, windowFrom }, stroke, pixel) {
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
function drawNames(plot, model, colour, font, pixel) {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const height = 17 * pixel * ratio;
  const last = Math.max(0, model.starts.findLastIndex((start) => start < model.openFrom));
  const names = model.lines.map(({ value, slot, counts }) => ({ text: shorten(valueName("hashtag", value)), slot, y: plot.valToPos(counts[last], "y", true) }));
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
