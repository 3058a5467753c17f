/** The reporting API as the page uses it (docs/reporting-api.md has the answers' shapes). */

import { ApiError } from "./api_error.js";
import { SignedOut } from "./sign_in/session.js";

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
 * The path of one value. A hashtag goes with its sign, which the API strips again: a tag that is named "." or ".."
 * would otherwise be taken for a step in the path, and encoding the dots does not help (URL standard, 4.4); one that
 * is named "search" would be taken for the search.
 */
export function valuePath(dimension, value) {
  const name = dimension === "hashtag" ? `#${value}` : value;
  return `/v1/trends/${dimension}/${encodeURIComponent(name.toWellFormed())}`;
}

export class ReportingApi {
  #base;
  #session;

  /**
   * @param {string} base the configuration's `apiUrl`
   * @param {import("./sign_in/session.js").Session | null} session null where the API asks nobody who they are
   */
  constructor(base, session) {
    this.#base = base;
    this.#session = session;
  }

  /** Past its threshold the API says so with a 503 too, for monitors that only look at the status. */
  health(signal) {
    return this.#get("/v1/health", {}, signal, (answer) => typeof answer?.stale_after_seconds === "number");
  }

  summary(window, signal) {
    return this.#get("/v1/summary", { window }, signal);
  }

  trends(dimension, { window, end, limit, sort = "count" }, signal) {
    return this.#get(`/v1/trends/${dimension}`, { window, end, limit, sort }, signal);
  }

  value(dimension, value, signal) {
    return this.#get(valuePath(dimension, value), {}, signal);
  }

  series(dimension, value, { granularity, start, end }, signal) {
    return this.#get(`${valuePath(dimension, value)}/series`, { granularity, start, end }, signal);
  }

  /** Each value is encoded in the list, so that a comma in one does not end it. */
  compare(dimension, values, { granularity, start, end }, signal) {
    const list = values.map((value) => encodeURIComponent(value.toWellFormed())).join(",");
    return this.#get(`/v1/compare/${dimension}`, { values: list, granularity, start, end }, signal);
  }

  search(dimension, prefix, limit, signal) {
    return this.#get(`/v1/trends/${dimension}/search`, { prefix: prefix.toWellFormed(), limit }, signal);
  }

  async #get(path, parameters, signal, isAnswer = () => false) {
    let response, body;
    try {
      response = await this.#fetch(`${this.#base}${path}?${new URLSearchParams(parameters)}`, signal);
      body = response.status === 401 ? null : await json(response);
    } catch (error) {
      if (signal.reason?.name === "AbortError") throw signal.reason; // the page has given the question up
      if (error instanceof SignedOut || error instanceof ApiError) throw error;
      throw new ApiError("The reporting API does not answer.", { status: response?.status, cause: error });
    }
    if (response.ok || isAnswer(body)) return body;
    const wait = retryAfterMs(response.headers.get("Retry-After"), Date.now());
    throw new ApiError(reason(response, body), { status: response.status, retryAfterMs: wait });
  }

  /** A token that the API no longer takes is renewed once. */
  async #fetch(url, signal) {
    const response = await this.#send(url, signal, await this.#session?.token());
    if (response.status !== 401 || !this.#session) return response;
    return this.#send(url, signal, await this.#session.renewed());
  }

  #send(url, signal, token) {
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    // no-cache asks the API each time and lets its ETag spare the body; the default would add max-age to the page's delay.
    return fetch(url, { signal, headers, cache: "no-cache" });
  }
}

/** The body; where an error's body is no JSON (a proxy's own page), null: the status is all there is to say. */
async function json(response) {
  if (response.ok) return response.json();
  return response.json().catch(() => null);
}

/** What a problem document (RFC 9457) says, or the status where the answer is none. */
function reason({ status }, problem) {
  if (!problem) return `The reporting API answered ${status}.`;
  const id = problem.request_id ? ` Request ${problem.request_id}.` : "";
  return `The reporting API answered ${status}: ${problem.detail ?? problem.title}.${id}`;
}
