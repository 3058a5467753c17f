import { Recent } from "../rounds/recent.js";
import { RANGES, STEP_SECONDS } from "../windows.js";

const recent = new Recent();

/**
 * @typedef {object} Answers everything one drawing of a value's page needs
 * @property {object} health
 * @property {object} value its windows, first use and peak
 * @property {object} series
 * @property {import("../view.js").ValueView} view what was asked about
 */

/**
 * Asks the API for one drawing. By whose clock "the last 7 days" end is the API's to say: the reader's may be wrong.
 *
 * @param {import("../api.js").ReportingApi} api
 * @param {import("../view.js").ValueView} view
 * @param {AbortSignal} signal
 * @returns {Promise<Answers>}
 */
export async function ask(api, view, signal) {
  const { dimension, range, grain: granularity } = view;
  const step = STEP_SECONDS[granularity];
  const [health, value] = await Promise.all([api.health(signal), api.value(dimension, view.value, signal)]);
  const newest = Date.parse(value.windows["5m"].to) / 1000;
  const end = Math.ceil(newest / step) * step;
  const span = { granularity, start: instant(end - RANGES[range].seconds), end: instant(end) };
  const points = RANGES[range].seconds / step;
  const series = await recent.answer({ dimension, value: view.value, span }, points, () => api.series(dimension, view.value, span, signal));
  return { health, value, series, view };
}

const instant = (seconds) => new Date(seconds * 1000).toISOString();
