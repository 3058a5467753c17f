import { direction, missingPart } from "../change.js";
import { setText } from "../dom/elements.js";
import { change, count, counted, dateOf, dayOf, minuteTime, share, timeAgo } from "../format.js";
import { apiTime } from "../rounds/freshness.js";
import { DIMENSIONS, WINDOWS } from "../windows.js";

/** The figures of a value, one tile each. @param {import("./round.js").Answers} answers */
export function renderTiles({ health, value, view }) {
  const now = apiTime(health);
  const { unit } = DIMENSIONS[view.dimension];
  for (const [name, figures] of Object.entries(value.windows)) {
    const tile = document.getElementById(`tile-${name}`);
    const stands = tile.querySelector(".change");
    setText(tile.querySelector("strong"), count(figures.count));
    stands.dataset.direction = direction(figures, missingPart(figures, now));
    setText(stands, figures.change === null ? "" : change(figures.change));
    setText(tile.querySelector(".before"), `${count(figures.count_before)} in ${WINDOWS[name].before}`);
    const rank = figures.rank === null ? "" : `Rank ${count(figures.rank)}`;
    setText(tile.querySelector(".rank"), figures.count ? [rank, `${share(figures.share)} of all ${unit}s`].filter(Boolean).join(" · ") : "");
  }
  renderMoment("tile-first", value.first_seen, now, "");
  renderMoment("tile-peak", value.peak, now, "Not counted in the last 7 days");
  setText(document.querySelector("#tile-peak .rank"), value.peak ? `${counted(value.peak.count, unit)} in that hour` : "");
}

/** A bucket's start, as fine as the bucket is. */
function renderMoment(id, moment, now, none) {
  const tile = document.getElementById(id);
  const start = moment ? Date.parse(moment.start) : 0;
  setText(tile.querySelector("strong"), moment ? (moment.granularity === "day" ? dayOf(start) : dateOf(start)) : "–");
  setText(tile.querySelector(".at"), moment && moment.granularity !== "day" ? minuteTime(start) : "");
  setText(tile.querySelector(".before"), moment ? timeAgo(Math.max(0, now - start / 1000)) : none);
}
