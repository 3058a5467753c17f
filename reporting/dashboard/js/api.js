/** The reporting API as the page uses it (docs/reporting-api.md has the answers' shapes). */

/** A request that got no usable answer. `status` is 0 where none came at all. */
export class ApiError extends Error {
  constructor(message, { status = 0, retryAfterMs = 0, cause } = {}) {
    super(message, { cause });
    this.name = "ApiError";
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * RFC 9110, 10.2.3: seconds, or a date.
 *
 * @param {string | null} header
 * @param {number} now epoch ms
 * @returns {number} milliseconds to wait, 0 where the header says nothing
 */
export function retryAfterMs(header, now) {
  if (!header) return 0;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1000;
  return ms > 0 ? ms : 0;
}

/**
 * The path of one value's series. A hashtag goes with its sign, which the API strips again: a tag that is named "."
 * or ".." would otherwise be taken for a step in the path, and encoding the dots does not help (URL standard, 4.4).
 */
export function seriesPath(dimension, value) {
  const name = dimension === "hashtag" ? `#${value}` : value;
  return `/v1/trends/${dimension}/${encodeURIComponent(name.toWellFormed())}/series`;
}

export class ReportingApi {
  #base;

  /** @param {string} base the configuration's `apiUrl` */
  constructor(base) {
    this.#base = base;
  }

  health(signal) {
    return this.#get("/v1/health", {}, signal);
  }

  summary(window, signal) {
    return this.#get("/v1/summary", { window }, signal);
  }

  trends(dimension, { window, end, limit }, signal) {
    return this.#get(`/v1/trends/${dimension}`, { window, end, limit }, signal);
  }

  series(dimension, value, { granularity, start, end }, signal) {
    return this.#get(seriesPath(dimension, value), { granularity, start, end }, signal);
  }

  async #get(path, parameters, signal) {
    let response;
    try {
      // no-cache asks the API each time and lets its ETag spare the body; the default would add max-age to the page's delay.
      response = await fetch(`${this.#base}${path}?${new URLSearchParams(parameters)}`, { signal, cache: "no-cache" });
      if (response.ok) return await response.json();
    } catch (error) {
      if (signal.reason?.name === "AbortError") throw signal.reason; // the page has given the question up
      throw new ApiError("The reporting API does not answer.", { status: response?.status, cause: error });
    }
    const wait = retryAfterMs(response.headers.get("Retry-After"), Date.now());
    throw new ApiError(await reason(response), { status: response.status, retryAfterMs: wait });
  }
}

/** What a problem document (RFC 9457) says, or the status where the answer is none. */
async function reason(response) {
  try {
    const problem = await response.json();
    const id = problem.request_id ? ` Request ${problem.request_id}.` : "";
    return `The reporting API answered ${response.status}: ${problem.detail ?? problem.title}.${id}`;
  } catch {
    // Not JSON: a proxy's own page. The status is all there is to say.
    return `The reporting API answered ${response.status}.`;
  }
}
