/** How far the page's figures may be trusted right now. */

/**
 * @typedef {"loading" | "live" | "empty" | "stale" | "paused" | "error" | "signed-out"} State
 *   paused: the API asked for a pause (429); error: no answer, or a bad one; signed-out: the reader has to sign in.
 */

/**
 * The figures' age is reckoned by the API's clock and the time passed here since its answer: the reader's clock may be wrong.
 *
 * @param {object} known
 * @param {object | null} known.health the last `/v1/health` answer
 * @param {number} known.answeredAt when it came (performance.now)
 * @param {Error | null} known.failure why the last round failed
 * @param {number} now performance.now
 * @returns {{state: State, ageSeconds: number | null}}
 */
export function judge({ health, answeredAt, failure }, now) {
  const age = health?.age_seconds ?? null;
  const ageSeconds = age === null ? null : Math.max(0, age) + (now - answeredAt) / 1000;
  if (failure?.name === "SignedOut") return { state: "signed-out", ageSeconds };
  if (failure) return { state: failure.status === 429 ? "paused" : "error", ageSeconds };
  if (!health) return { state: "loading", ageSeconds };
  if (health.status === "empty") return { state: "empty", ageSeconds };
  const stale = health.status === "stale" || ageSeconds > health.stale_after_seconds;
  return { state: stale ? "stale" : "live", ageSeconds };
}

/** The API's own time, epoch seconds, at its last answer; the reader's where nothing was ever counted. */
export function apiTime(health) {
  return health.as_of === null ? Date.now() / 1000 : Date.parse(health.as_of) / 1000 + health.age_seconds;
}
