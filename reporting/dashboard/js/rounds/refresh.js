import { delayAfter } from "./pace.js";

const ROUND_LIMIT_MS = 20_000;

/**
 * Runs rounds of questions one after the other, never two at once, for as long as the page is open.
 *
 * A round that is made pointless (another window, another choice) is aborted, and its answers are never shown. While
 * the API has asked for a pause, nothing starts a round, not even the reader.
 */
export class Refresh {
  #round;
  #failed;
  #running = null;
  #timer = 0;
  #failures = 0;
  #pauseUntil = 0;

  /**
   * @param {(signal: AbortSignal) => Promise<void>} round asks and draws
   * @param {(error: Error, nextAt: number) => void} failed told of a round that failed, and when (performance.now) the next begins; never after a SignedOut
   */
  constructor(round, failed) {
    this.#round = round;
    this.#failed = failed;
  }

  start() {
    document.addEventListener("visibilitychange", () => !document.hidden && this.now());
    window.addEventListener("online", () => this.now());
    this.now();
  }

  /** Starts a round at once, or when the API's pause is over. */
  now() {
    this.#running?.abort();
    this.#running = null;
    this.#schedule(Math.max(0, this.#pauseUntil - performance.now()));
  }

  #schedule(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), delay);
  }

  async #run() {
    const running = new AbortController();
    this.#running = running;
    const began = performance.now();
    let failure = null;
    try {
      await this.#round(AbortSignal.any([running.signal, AbortSignal.timeout(ROUND_LIMIT_MS)]));
    } catch (error) {
      failure = error;
    }
    if (running.signal.aborted) return; // another round has taken its place
    this.#running = null;
    this.#failures = failure ? this.#failures + 1 : 0;
    const ended = performance.now();
    const retryAfterMs = failure?.retryAfterMs ?? 0;
    if (failure?.name === "SignedOut") {
      this.#failed(failure, Infinity); // until the reader has signed in, which loads the page anew
      return;
    }
    const delay = delayAfter({ failures: this.#failures, retryAfterMs, durationMs: ended - began, hidden: document.hidden });
    this.#pauseUntil = retryAfterMs ? ended + delay : 0;
    if (failure) this.#failed(failure, ended + delay);
    this.#schedule(delay);
  }
}
