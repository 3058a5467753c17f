import { apiTime } from "../rounds/freshness.js";
import { STEP_SECONDS } from "../windows.js";

/**
 * @typedef {object} Line
 * @property {string | null} value null for all events
 * @property {number} slot the colour; 0 where the line is alone
 * @property {number[]} counts one a bucket
 *
 * @typedef {object} ChartModel what the chart draws; times are epoch seconds
 * @property {"columns" | "lines"} shape a single line as columns, or chosen values as lines
 * @property {string} dimension of the lines' values
 * @property {number[]} starts of the buckets, none left out
 * @property {number} step seconds a bucket
 * @property {number} windowFrom buckets before it are context, outside the window
 * @property {number} openFrom buckets from here on are still filling
 * @property {Line[]} lines
 * @property {Line[]} parts what a single line of all events is made of, by kind
 */

/**
 * @param {import("../trends/round.js").Answers} answers
 * @returns {ChartModel} the chosen values' lines, or all events as the sum of their kinds
 */
export function trendsModel({ health, summary, compared, view }) {
  const shared = base(compared.granularity, compared.starts, health, Date.parse(summary.from) / 1000);
  const { chosen } = view;
  const lines = compared.series.map(({ value, counts }, index) => ({ value, slot: [...chosen.values()][index] ?? 0, counts }));
  if (chosen.size) return { ...shared, shape: "lines", dimension: view.dimension, lines, parts: [] };
  const counts = shared.starts.map((_, index) => lines.reduce((sum, line) => sum + line.counts[index], 0));
  return { ...shared, shape: "columns", dimension: "kind", lines: [{ value: null, slot: 0, counts }], parts: lines };
}

/**
 * @param {import("../value/round.js").Answers} answers
 * @returns {ChartModel} one value over time
 */
export function valueModel({ health, series, view }) {
  const starts = series.points.map((point) => point.start);
  const line = { value: series.value, slot: 0, counts: series.points.map((point) => point.count) };
  const shared = base(series.granularity, starts, health, -Infinity);
  return { ...shared, shape: "columns", dimension: view.dimension, lines: [line], parts: [] };
}

function base(granularity, starts, health, windowFrom) {
  const step = STEP_SECONDS[granularity];
  const openFrom = Math.floor(apiTime(health) / step) * step;
  return { starts: starts.map((start) => Date.parse(start) / 1000), step, windowFrom, openFrom };
}

/** The bucket in which a line is highest, the earlier of equals; null where it is zero throughout. */
export function peak(model, line) {
  const highest = Math.max(...line.counts);
  return highest > 0 ? { count: highest, start: model.starts[line.counts.indexOf(highest)] } : null;
}
