import { Recent } from "../rounds/recent.js";
import { STEP_SECONDS, WINDOWS } from "../windows.js";

export const KINDS = ["post", "reply", "repost", "like"];

const recent = new Recent();

/**
 * @typedef {object} Answers everything one drawing of the page of trends needs, all for the same window
 * @property {object} health
 * @property {object} summary
 * @property {object} list the first values of the view's dimension, in its order
 * @property {object} kinds the kinds' list, which knows how many events the window before had
 * @property {object} compared the chart's series: of the chosen values, otherwise of the kinds
 * @property {import("../view.js").TrendsView} view what was asked about
 */

/**
 * Asks the API for one drawing, by five questions however many values are chosen. The summary settles which window is
 * meant; what follows asks for the same one, so that all figures on the page count the same time even when a minute turns
 * in between.
 *
 * @param {import("../api.js").ReportingApi} api
 * @param {import("../view.js").TrendsView} view
 * @param {AbortSignal} signal
 * @returns {Promise<Answers>}
 */
export async function ask(api, view, signal) {
  const { window, dimension, sort, depth: limit, grain: granularity } = view;
  const chosen = [...view.chosen.keys()];
  const [health, summary] = await Promise.all([api.health(signal), api.summary(window, signal)]);
  const end = summary.to;
  const { chartSeconds } = WINDOWS[window];
  const start = new Date(Date.parse(end) - chartSeconds * 1000).toISOString();
  // Every event has one kind, so the kinds' series add up to all events.
  const [of, values] = chosen.length ? [dimension, chosen] : ["kind", KINDS];
  const span = { granularity, start, end };
  const points = (chartSeconds / STEP_SECONDS[granularity]) * values.length;
  const [list, kinds, compared] = await Promise.all([
    api.trends(dimension, { window, end, limit, sort }, signal),
    api.trends("kind", { window, end, limit: KINDS.length }, signal),
    recent.answer({ of, values, span }, points, () => api.compare(of, values, span, signal)),
  ]);
  return { health, summary, list, kinds, compared, view };
}
