import { count, timeSpan } from "./format.js";
import { setText } from "./keyed_list.js";
import { WINDOWS } from "./view.js";

/** The window's totals, and which time they count. @param {import("./round.js").Answers} answers */
export function renderTotals({ summary, top, window }) {
  setText(document.getElementById("events"), count(summary.events));
  setText(document.getElementById("events-label"), `${summary.events === 1 ? "event" : "events"} in ${WINDOWS[window].label}`);
  // Hashtags as the ranking counts them: it was asked a moment later, and the page must not contradict itself.
  setText(document.getElementById("distinct-hashtag"), count(top.distinct));
  setText(document.getElementById("distinct-lang"), count(summary.lang.distinct));
  setText(document.getElementById("distinct-platform"), count(summary.platform.distinct));
  setText(document.getElementById("span"), timeSpan(Date.parse(summary.from), Date.parse(summary.to)));
}
