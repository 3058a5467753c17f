import { count, timeSpan } from "./format.js";
import { setText } from "./keyed_list.js";
import { WINDOWS } from "./view.js";

/** The window's totals, and which time they count. @param {import("./round.js").Answers} answers */
export function renderTotals({ summary, window }) {
  setText(document.getElementById("events"), count(summary.events));
  setText(document.getElementById("events-label"), `${summary.events === 1 ? "event" : "events"} in ${WINDOWS[window].label}`);
  for (const dimension of ["hashtag", "lang", "platform"]) {
    setText(document.getElementById(`distinct-${dimension}`), count(summary[dimension].distinct));
  }
  setText(document.getElementById("span"), timeSpan(Date.parse(summary.from), Date.parse(summary.to)));
}
