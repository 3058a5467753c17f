import { changeOf, direction, missingPart } from "../change.js";
import { setText } from "../dom/elements.js";
import { change, count, plural, timeSpan } from "../format.js";
import { apiTime } from "../rounds/freshness.js";
import { DIMENSIONS, WINDOWS } from "../windows.js";

/** The window's totals, how they stand to those of the window before, and which time they count. @param {import("./round.js").Answers} answers */
export function renderTotals({ health, summary, kinds, view }) {
  const { label, before } = WINDOWS[view.window];
  setText(document.getElementById("events"), count(summary.events));
  setText(document.getElementById("events-label"), `${plural(summary.events, "event")} in ${label}`);
  const stands = changeOf(kinds.total, kinds.before.total);
  const node = document.getElementById("events-change");
  node.hidden = stands.change === null;
  node.dataset.direction = direction(stands, missingPart(summary, apiTime(health)));
  setText(node.querySelector("strong"), stands.change === null ? "" : change(stands.change));
  setText(node.querySelector("span"), `against ${count(kinds.before.total)} in ${before}`);
  for (const dimension of ["hashtag", "lang", "platform"]) {
    const { distinct } = summary[dimension];
    setText(document.getElementById(`distinct-${dimension}`), count(distinct));
    setText(document.getElementById(`distinct-${dimension}-label`), plural(distinct, DIMENSIONS[dimension].one));
  }
  setText(document.getElementById("span"), timeSpan(Date.parse(summary.from), Date.parse(summary.to)));
}
