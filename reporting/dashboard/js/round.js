import { WINDOWS } from "./view.js";

const RANKS = 20;
const KINDS = ["post", "reply", "repost", "like"];

/**
 * @typedef {object} Answers everything one drawing of the page needs, all for the same window
 * @property {object} health
 * @property {object} summary
 * @property {object} top the first hashtags
 * @property {Map<string, object>} series by hashtag where some are chosen, by kind otherwise
 * @property {boolean} tags whether `series` are hashtags'
 * @property {string} window
 */

/**
 * Asks the API for one drawing. The summary settles which window is meant; what follows asks for the same one, so that
 * all figures on the page count the same time even when a minute turns in between.
 *
 * @param {import("./api.js").ReportingApi} api
 * @param {import("./view.js").View} view
 * @param {AbortSignal} signal
 * @returns {Promise<Answers>}
 */
export async function ask(api, view, signal) {
  const { window } = view;
  const tags = [...view.chosen.keys()];
  const [health, summary] = await Promise.all([api.health(signal), api.summary(window, signal)]);
  const end = summary.to;
  const { granularity, stepSeconds, chartBuckets } = WINDOWS[window];
  const start = new Date(Date.parse(end) - chartBuckets * stepSeconds * 1000).toISOString();
  const dimension = tags.length ? "hashtag" : "kind";
  const values = tags.length ? tags : KINDS; // every event has one kind, so the kinds' series add up to all events
  const [top, ...series] = await Promise.all([
    api.trends("hashtag", { window, end, limit: RANKS }, signal),
    ...values.map((value) => api.series(dimension, value, { granularity, start, end }, signal)),
  ]);
  const byValue = new Map(values.map((value, index) => [value, series[index]]));
  return { health, summary, top, series: byValue, tags: tags.length > 0, window };
}
