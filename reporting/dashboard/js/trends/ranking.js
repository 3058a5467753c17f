import { direction, missingPart } from "../change.js";
import { element, isolated, link, setText, spoken } from "../dom/elements.js";
import { KeyedList } from "../dom/keyed_list.js";
import { change, count, counted, share, signedCount, valueName } from "../format.js";
import { apiTime } from "../rounds/freshness.js";
import { valueAddress } from "../view.js";
import { DIMENSIONS } from "../windows.js";
import { drawSparkline, sparkline } from "./sparkline.js";

const REST_MS = 1_500;

/** The table of a dimension's first values. Each leads to its own page, and has a button that draws it in the chart. */
export class Ranking {
  #section = document.getElementById("list");
  #body = document.getElementById("ranking");
  #note = document.getElementById("list-note");
  #list;
  #dimension = "";
  #pointedAt = -Infinity;
  #asked = "";

  /** @param {{choose: (value: string) => void, clear: () => void}} actions */
  constructor({ choose, clear }) {
    this.#list = new KeyedList(this.#body, { create: (value) => this.#row(value, choose), update: fill, glide: true });
    this.#body.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse") this.#pointedAt = performance.now();
    });
    this.#body.addEventListener("pointerleave", () => (this.#pointedAt = -Infinity));
    this.#body.addEventListener("keydown", (event) => {
      if (event.key === "Escape") clear();
      if (event.key === "ArrowDown" || event.key === "ArrowUp") this.#step(event);
    });
  }

  /** @param {import("./round.js").Answers} answers */
  render({ list, health, view }) {
    // While a mouse looks for its row, rows must not slip away under it: the table rests for a moment.
    const asked = JSON.stringify([view.dimension, view.window, view.sort, view.depth]);
    if (asked === this.#asked && performance.now() - this.#pointedAt < REST_MS) return;
    this.#asked = asked;
    if (view.dimension !== this.#dimension) this.#list.render([]); // rows belong to a dimension
    this.#dimension = view.dimension;
    const { one, many, unit } = DIMENSIONS[view.dimension];
    const rising = view.sort === "rise";
    setText(document.getElementById("list-title"), `${rising ? "Rising" : "Top"} ${many.toLowerCase()}`);
    setText(document.getElementById("ranking-name"), one);
    setText(document.getElementById("ranking-share"), rising ? "Rise" : "Share");
    setText(document.getElementById("ranking-count"), unit === "use" ? "Uses" : "Events");
    setText(this.#note, list.items.length ? `${counted(list.total, unit)} of ${counted(list.distinct, one.toLowerCase())}` : "");
    this.#section.toggleAttribute("data-empty", list.items.length === 0);
    const missing = missingPart(list, apiTime(health));
    this.#list.render(list.items.map((item, index) => ({ ...item, key: item.value, place: index + 1, rising, direction: direction(item, missing) })));
    this.mark(view);
  }

  /** Shows which values are chosen, without waiting for an answer. @param {import("../view.js").TrendsView} view */
  mark({ dimension, chosen }) {
    for (const row of this.#body.children) {
      const slot = dimension === this.#dimension ? chosen.get(row.value) : undefined;
      if (slot) row.dataset.slot = String(slot);
      else delete row.dataset.slot;
      row.querySelector("button").setAttribute("aria-pressed", String(slot !== undefined));
    }
  }

  #row(value, choose) {
    const name = valueName(this.#dimension, value);
    const pick = element("button", "pick", element("span", "swatch"));
    pick.type = "button";
    pick.title = "Draw in the chart";
    pick.setAttribute("aria-pressed", "false");
    pick.setAttribute("aria-label", `Draw ${name} in the chart`);
    const anchor = link(valueAddress(this.#dimension, value), isolated(name));
    anchor.title = name;
    const heading = element("th", "name", anchor);
    heading.scope = "row";
    const moved = element("span", "moved", symbol(), spoken());
    const rank = element("td", "rank", element("div", "", element("span", "place"), moved));
    const figures = element("td", "count", element("strong"), changed("div"));
    const row = element("tr", "", element("td", "choice", pick), rank, heading, element("td", "history", sparkline()), element("td", "share"), changed("td"), figures);
    row.value = value;
    row.addEventListener("click", (event) => event.target.closest("a") || choose(value));
    return row;
  }

  /** From a row to the next one's same control. */
  #step(event) {
    const controls = [...this.#body.querySelectorAll(document.activeElement.localName)];
    const at = controls.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    if (!controls[at]) return;
    event.preventDefault();
    controls[at].focus();
  }
}

function symbol() {
  const node = element("span", "symbol");
  node.ariaHidden = "true";
  return node;
}

/** On a phone the change stands below the count, elsewhere in a column of its own: one of the two is shown. */
const changed = (name) => element(name, "change", element("span", "figure"), spoken());

function fill(row, item) {
  setText(row.querySelector(".place"), count(item.place));
  fillMoved(row.querySelector(".moved"), item);
  drawSparkline(row.querySelector("svg"), item.history);
  setText(row.querySelector(".share"), item.rising ? signedCount(item.count - item.count_before) : share(item.share));
  for (const cell of row.querySelectorAll(".change")) {
    cell.dataset.direction = item.direction;
    setText(cell.querySelector(".figure"), item.change === null ? "–" : change(item.change));
    setText(cell.querySelector(".visually-hidden"), `, ${count(item.count_before)} before`);
  }
  setText(row.querySelector(".count strong"), count(item.count));
}

/** How many places a value has come up or gone down since the window before; which place it had, where the order is another. */
function fillMoved(node, { rank, rank_before: before, rising }) {
  const by = before === null ? 0 : before - rank;
  const moved = before === null ? "new" : rising ? "was" : by > 0 ? "up" : by < 0 ? "down" : "same";
  const words = { new: "new", was: `rank ${count(before ?? 0)} before`, up: `up ${count(by)}`, down: `down ${count(-by)}`, same: "same place" };
  const symbols = { new: "New", was: `was ${count(before ?? 0)}`, up: `▲${count(by)}`, down: `▼${count(-by)}`, same: "" };
  node.dataset.moved = moved;
  setText(node.querySelector(".symbol"), symbols[moved]);
  setText(node.querySelector(".visually-hidden"), words[moved]);
}
