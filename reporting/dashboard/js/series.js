import { apiTime } from "./freshness.js";
import { WINDOWS } from "./view.js";

/**
 * @typedef {object} Line
 * @property {string} value
 * @property {number} slot the colour; 0 for all events
 * @property {number[]} counts one a bucket
 *
 * @typedef {object} ChartModel what the chart draws; times are epoch seconds
 * @property {"hashtag" | "kind"} dimension
 * @property {number[]} starts of the buckets, none left out
 * @property {number} step seconds a bucket
 * @property {number} windowFrom buckets before it are context, outside the window
 * @property {number} openFrom buckets from here on are still filling
 * @property {Line[]} lines one a hashtag, or a single one: all events
 * @property {Line[]} parts what the single line is made of, by kind; empty for hashtags
 */

/**
 * @param {import("./round.js").Answers} answers
 * @param {Map<string, number>} chosen slots by hashtag
 * @returns {ChartModel}
 */
export function chartModel({ health, summary, series, tags, window }, chosen) {
  const { stepSeconds: step, chartBuckets } = WINDOWS[window];
  const to = Date.parse(summary.to) / 1000;
  const starts = Array.from({ length: chartBuckets }, (_, index) => to - (chartBuckets - index) * step);
  const lines = [...series].map(([value, answer]) => {
    const counts = new Map(answer.points.map((point) => [Date.parse(point.start) / 1000, point.count]));
    return { value, slot: chosen.get(value) ?? 0, counts: starts.map((start) => counts.get(start) ?? 0) };
  });
  const openFrom = Math.floor(apiTime(health) / step) * step;
  const shared = { starts, step, windowFrom: Date.parse(summary.from) / 1000, openFrom };
  if (tags) return { ...shared, dimension: "hashtag", lines, parts: [] };
  const counts = starts.map((_, index) => lines.reduce((sum, line) => sum + line.counts[index], 0));
  return { ...shared, dimension: "kind", lines: [{ value: "", slot: 0, counts }], parts: lines };
}

/** The bucket in which a line is highest, the earlier of equals; null where it is zero throughout. */
export function peak(model, line) {
  const highest = Math.max(...line.counts);
  return highest > 0 ? { count: highest, start: model.starts[line.counts.indexOf(highest)] } : null;
}
