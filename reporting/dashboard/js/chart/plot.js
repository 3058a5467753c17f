import uPlot from "../../vendor/uplot/uPlot.esm.js";
import { axisTime, shortCount } from "../format.js";
import { drawNames, drawWindow } from "./marks.js";

const WHOLE_STEPS = [1, 2, 5].flatMap((digit) => Array.from({ length: 12 }, (_, power) => digit * 10 ** power)).sort((a, b) => a - b);
const ROOM_FOR_NAMES_PX = 560;
const NARROWEST_COLUMN_PX = 4; // below it columns would melt into each other: they become an area

/**
 * Draws a chart model with uPlot: a single line as columns (counts of whole buckets), chosen values as lines. What is
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

  /** @param {import("./model.js").ChartModel} model */
  draw(model) {
    this.#model = model;
    const { shape, dimension, step, starts, lines } = model;
    const drawn = JSON.stringify([shape, dimension, step, starts.length, lines.map(({ value, slot }) => [value, slot])]);
    if (this.#plot && drawn === this.#shape) {
      this.#plot.setData(columns(model));
      this.#resize();
      return;
    }
    this.#shape = drawn;
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
    if (roomBefore !== width >= ROOM_FOR_NAMES_PX || this.#model.shape === "columns") this.#rebuild();
    else this.#plot.setSize({ width, height });
  }

  #options() {
    const model = this.#model;
    const style = getComputedStyle(this.#parent);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const width = this.#parent.clientWidth;
    const asLines = model.shape === "lines";
    const named = asLines && width >= ROOM_FOR_NAMES_PX;
    const pixel = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    const font = `${Math.round(12 * pixel)}px ${colour("sans")}`;
    const axis = { stroke: colour("soft"), font, ticks: { show: false } };
    const span = model.starts.length * model.step;
    const time = axisTime(model.step, span);
    const label = (split) => (split === this.#model.starts[0] ? "" : time(split * 1000)); // the corner is the other axis's
    const room = (span > 7200 && span <= 2 * 86_400 ? 100 : 70) * pixel;
    const lastLabel = time((model.starts.at(-1) + model.step) * 1000);
    return {
      width,
      height: this.#parent.clientHeight,
      padding: [12 * pixel, named ? 136 * pixel : Math.max(26 * pixel, roomBeyond(lastLabel, font)), 0, 0],
      legend: { show: false },
      cursor: { y: false, move: toBucket, drag: { setScale: false, x: false, y: false }, points: { show: asLines } },
      scales: {
        x: { time: model.step < 86_400, range: () => [this.#model.starts[0], this.#model.starts.at(-1) + this.#model.step] },
        y: { range: (_, __, most) => [0, Math.max(4, (most ?? 0) * 1.06)] },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 30 * pixel, space: room, incrs: timeSteps(model.step, span), values: (_, splits) => splits.map(label) },
        { ...axis, grid: { stroke: colour("line"), width: 1 }, size: labelWidth, gap: 8, space: 38 * pixel, incrs: WHOLE_STEPS, values: (_, splits) => splits.map(shortCount) },
      ],
      series: [{}, ...(asLines ? lines(model, colour) : bars(colour, width / model.starts.length))],
      hooks: {
        setCursor: [(plot) => this.#report(plot)],
        draw: [
          (plot) => asLines && drawWindow(plot, this.#model, colour("soft"), pixel),
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
function columns({ shape, starts, step, windowFrom, openFrom, lines }) {
  const middles = starts.map((start) => start + step / 2);
  const only = (counts, holds) => counts.map((value, index) => (holds(starts[index]) ? value : null));
  if (shape === "lines") {
    return [middles, ...lines.flatMap(({ counts }) => [only(counts, (start) => start < openFrom), only(counts, (start) => start >= openFrom)])];
  }
  const [{ counts }] = lines;
  const before = only(counts, (start) => start < windowFrom);
  const inside = only(counts, (start) => start >= windowFrom && start < openFrom);
  const open = only(counts, (start) => start >= windowFrom && start >= openFrom);
  return [middles, before, inside, open];
}

function bars(colour, room) {
  const paths = uPlot.paths.bars({ size: [0.72, 72], radius: [0.18, 0] });
  const bar = (fill) => ({ paths, fill, stroke: fill, width: 0, points: { show: false } });
  const area = (fill) => ({ ...bar(fill), paths: uPlot.paths.stepped({ align: 1 }) });
  const closed = room < NARROWEST_COLUMN_PX ? area : bar;
  const open = { ...bar(colour("accent-wash")), stroke: colour("accent"), width: room < 8 ? 1 : 1.5 };
  return [closed(colour("accent-dim")), closed(colour("accent")), open];
}

function lines(model, colour) {
  const many = model.starts.length > 200;
  return model.lines.flatMap(({ slot }) => {
    const stroke = colour(`slot-${slot}`);
    const line = { stroke, width: many ? 1.5 : 2.25, points: { show: (_, __, first, last) => last - first < 30, size: 6, fill: stroke } };
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

/** The room right of the plot for a label that stands at its very end, in every locale. */
function roomBeyond(label, font) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = font;
  return Math.ceil(context.measureText(label).width / 2) + 2;
}

function timeSteps(step, span) {
  if (span > 2 * 86_400) return [1, 2, 7, 14, 28, 56, 91].map((days) => days * 86_400);
  const hours = [3600, 7200, 10_800, 14_400, 21_600, 43_200];
  return step < 3600 ? [60, 120, 300, 600, 900, 1800, ...hours] : hours;
}
