/** How long to wait before asking again. */

const CALM_MS = 2_000; // answers may be 2 s old by their own Cache-Control
const HIDDEN_MS = 60_000;
const LONGEST_MS = 60_000;
const LONGEST_RETRY_AFTER_MS = 600_000;

/**
 * @param {object} last
 * @param {number} last.failures rounds failed in a row, 0 after a good one
 * @param {number} last.retryAfterMs what the API asked for, 0 where it did not
 * @param {number} last.durationMs how long the round took: a slow API is asked at most half of the time
 * @param {boolean} last.hidden nobody sees the page
 * @param {() => number} random 0 to 1; spreads the retries of many pages
 * @returns {number} milliseconds
 */
export function delayAfter({ failures, retryAfterMs, durationMs, hidden }, random = Math.random) {
  const backoff = failures ? Math.min(LONGEST_MS, CALM_MS * 2 ** (failures - 1)) * (0.75 + 0.5 * random()) : 0;
  const calm = Math.max(CALM_MS, Math.min(durationMs, LONGEST_MS));
  return Math.max(calm, backoff, Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS), hidden ? HIDDEN_MS : 0);
}
