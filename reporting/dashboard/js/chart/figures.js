import { element, isolated } from "../dom/elements.js";
import { count } from "../format.js";

/**
 * The chart's figures as a table, the newest first.
 *
 * @param {HTMLElement} parent holds the table
 * @param {import("./model.js").ChartModel} model
 * @param {{name: (line: object) => string, time: (start: number) => string}} words
 */
export function fillFigures(parent, { starts, openFrom, lines, parts }, { name, time }) {
  const all = [...lines, ...parts];
  const head = element("tr", "", ...["Time", ...all.map((line) => isolated(name(line)))].map(column));
  const rows = starts.map((start, index) => {
    const heading = element("th", "", `${time(start)}${start >= openFrom ? " (so far)" : ""}`);
    heading.scope = "row";
    return element("tr", "", heading, ...all.map((line) => element("td", "", count(line.counts[index]))));
  });
  parent.querySelector("thead").replaceChildren(head);
  parent.querySelector("tbody").replaceChildren(...rows.reverse());
}

function column(name) {
  const cell = element("th", "", name);
  cell.scope = "col";
  return cell;
}
