import { setText } from "../dom/elements.js";
import { clockTime, timeAgo } from "../format.js";
import { judge } from "./freshness.js";

const NAMES = { loading: "Loading", live: "Live", empty: "No events yet", stale: "Stale", paused: "Paused", error: "Error", "signed-out": "Signed out" };

/** The freshness in the masthead, the notice under it where something is wrong, and the word for a screen reader. */
export class Status {
  #pill = document.getElementById("freshness");
  #asOf = document.getElementById("freshness-as-of");
  #notice = document.getElementById("notice");
  #known = { health: null, asOf: null, answeredAt: 0, failure: null };
  #nextAt = 0;
  #announced = "loading";

  /** @param {{retry: () => void, signIn: () => void}} actions what the notice's buttons do */
  constructor({ retry, signIn }) {
    document.getElementById("notice-retry").addEventListener("click", retry);
    document.getElementById("notice-sign-in").addEventListener("click", signIn);
    setInterval(() => this.#render(), 1_000); // ages and countdowns go on between answers
  }

  /**
   * @param {object} health the last `/v1/health` answer
   * @param {string | null} asOf as of when the figures are that it came with: lists are kept a little behind the trends
   */
  answered(health, asOf) {
    this.#known = { health, asOf, answeredAt: performance.now(), failure: null };
    this.#render();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.#pill.querySelector(".dot").animate([{ boxShadow: "0 0 0 0 currentcolor" }, { boxShadow: "0 0 0 0.5rem transparent" }], 900);
  }

  /** @param {number} nextAt when the next round begins, performance.now */
  failed(failure, nextAt) {
    this.#known = { ...this.#known, failure };
    this.#nextAt = nextAt;
    this.#render();
  }

  #render() {
    const now = performance.now();
    const { state, ageSeconds } = judge(this.#known, now);
    const { asOf, failure } = this.#known;
    this.#pill.dataset.state = state;
    setText(document.getElementById("freshness-state"), NAMES[state]);
    this.#asOf.hidden = !asOf;
    if (asOf) {
      const time = this.#asOf.querySelector("time");
      time.dateTime = asOf;
      setText(time, clockTime(Date.parse(asOf)));
    }
    const notice = this.#words(state, ageSeconds, failure);
    this.#notice.hidden = notice === null;
    this.#notice.dataset.state = state;
    if (notice) this.#renderNotice(notice, state, failure, now);
    if (state === this.#announced) return;
    this.#announced = state;
    setText(document.getElementById("announcement"), notice ? `${notice.title} ${notice.text}` : NAMES[state]);
  }

  #renderNotice(notice, state, failure, now) {
    setText(document.getElementById("notice-title"), notice.title);
    setText(document.getElementById("notice-text"), notice.text);
    const seconds = Math.max(1, Math.ceil((this.#nextAt - now) / 1000));
    setText(document.getElementById("notice-countdown"), Number.isFinite(seconds) && failure ? `Trying again in ${seconds} s.` : "");
    document.getElementById("notice-retry").hidden = state !== "error" || failure.retryAfterMs > 0;
    document.getElementById("notice-sign-in").hidden = state !== "signed-out";
  }

  /** What is the matter, and what the figures below are worth. */
  #words(state, ageSeconds, failure) {
    const since = this.#known.asOf ? `The figures are as of ${clockTime(Date.parse(this.#known.asOf))}.` : "";
    if (state === "stale") return { title: "No new events.", text: `The newest one counted arrived ${timeAgo(ageSeconds)}: the pipeline stands still, or nothing is sent.` };
    if (state === "paused") return { title: "The reporting API asked for a pause.", text: since };
    if (state === "error") return { title: failure.message, text: since };
    if (state === "signed-out") return { title: failure.message || "Sign in to see the trends.", text: since };
    return null;
  }
}
