import { count, dayTime, minuteTime, valueName } from "./format.js";
import { element, isolated, KeyedList, setText } from "./keyed_list.js";
import { Plot } from "./plot.js";
import { chartModel, peak } from "./series.js";

/** The chart over time with all that belongs to it: chosen hashtags, the tip under the pointer, the figures as a table. */
export class OverTime {
  #plot = new Plot(document.getElementById("plot"), (at) => this.#point(at));
  #tip = document.getElementById("tip");
  #figures = document.getElementById("figures");
  #chosen;
  #model = null;
  #at = null;

  /** @param {{choose: (tag: string) => void, clear: () => void}} actions */
  constructor({ choose, clear }) {
    this.#chosen = new KeyedList(document.getElementById("chosen-list"), {
      create: (tag) => chip(tag, choose),
      update: (node, { slot }) => (node.dataset.slot = String(slot)),
    });
    document.getElementById("chosen-clear").addEventListener("click", clear);
    document.getElementById("chosen").addEventListener("keydown", (event) => event.key === "Escape" && clear());
    this.#figures.addEventListener("toggle", () => this.#fillFigures());
  }

  /** Shows which hashtags are chosen, without waiting for an answer. @param {Map<string, number>} chosen */
  mark(chosen) {
    document.getElementById("chosen").hidden = chosen.size === 0;
    this.#chosen.render([...chosen].map(([key, slot]) => ({ key, slot })));
  }

  /** @param {import("./round.js").Answers} answers */
  render(answers, chosen) {
    const model = chartModel(answers, chosen);
    this.#model = model;
    const per = model.step < 3600 ? "per minute" : "per hour";
    setText(document.getElementById("chart-title"), model.dimension === "hashtag" ? `Uses ${per}` : `Events ${per}`);
    const highest = model.dimension === "kind" ? peak(model, model.lines[0]) : null;
    setText(document.getElementById("chart-note"), highest ? `Highest: ${count(highest.count)} at ${this.#time(highest.start)}` : "");
    setText(document.getElementById("chart-key"), this.#key());
    setText(document.getElementById("chart-summary"), this.#summary());
    this.#plot.draw(model);
    this.#fillFigures();
    this.#point(this.#at);
  }

  #time(start) {
    return (this.#model.step < 3600 ? minuteTime : dayTime)(start * 1000);
  }

  /** What the looks of a bucket mean, where some look different. */
  #key() {
    const { starts, windowFrom, openFrom, dimension } = this.#model;
    const open = starts.at(-1) >= openFrom ? `${dimension === "hashtag" ? "Ring" : "Outlined"}: still filling` : "";
    const looks = dimension === "hashtag" ? "Left of the dotted line" : "Dimmed";
    const before = starts[0] < windowFrom ? `${looks}: before the window` : "";
    return [before, open].filter(Boolean).join(" · ");
  }

  /** The chart in words, for who can't see it. */
  #summary() {
    const { starts, step, lines } = this.#model;
    const span = `From ${this.#time(starts[0])} to ${this.#time(starts.at(-1) + step)}.`;
    const words = lines.map((line) => {
      const highest = peak(this.#model, line);
      return `${this.#name(line)}: ${highest ? `highest ${count(highest.count)} at ${this.#time(highest.start)}` : "none"}.`;
    });
    return [span, ...words].join(" ");
  }

  #name(line) {
    return line.slot || line.value ? valueName(this.#model.dimension, line.value) : "All events";
  }

  #point(at) {
    this.#at = at;
    this.#tip.hidden = !at || !this.#model;
    if (this.#tip.hidden) return;
    const { starts, step, openFrom, lines, parts } = this.#model;
    const start = starts[at.index];
    const when = `${this.#time(start)} – ${this.#time(start + step)}${start >= openFrom ? ", so far" : ""}`;
    const rows = [...lines, ...parts].map((line) => {
      const swatch = element("span", "swatch");
      const row = element("li", "", isolated(this.#name(line)), element("strong", "", count(line.counts[at.index])));
      if (!line.slot) return row;
      row.dataset.slot = String(line.slot);
      row.prepend(swatch);
      return row;
    });
    this.#tip.replaceChildren(element("p", "when", when), element("ul", "", ...rows));
    const room = this.#tip.parentElement.clientWidth - this.#tip.offsetWidth;
    const left = at.left + 16 > room ? at.left - 16 - this.#tip.offsetWidth : at.left + 16;
    this.#tip.style.transform = `translate(${Math.max(0, Math.round(left))}px, 0.5rem)`;
  }

  #fillFigures() {
    if (!this.#figures.open || !this.#model) return;
    const { starts, openFrom, lines, parts } = this.#model;
    const all = [...lines, ...parts];
    const head = element("tr", "", ...["Time", ...all.map((line) => isolated(this.#name(line)))].map((name) => column(name)));
    const rows = starts.map((start, index) => {
      const time = element("th", "", `${this.#time(start)}${start >= openFrom ? " (so far)" : ""}`);
      time.scope = "row";
      return element("tr", "", time, ...all.map((line) => element("td", "", count(line.counts[index]))));
    });
    this.#figures.querySelector("thead").replaceChildren(head);
    this.#figures.querySelector("tbody").replaceChildren(...rows.reverse());
  }
}

function column(name) {
  const cell = element("th", "", name);
  cell.scope = "col";
  return cell;
}

function chip(tag, choose) {
  const cross = element("span", "cross", "×");
  cross.ariaHidden = "true";
  const button = element("button", "", element("span", "swatch"), isolated(valueName("hashtag", tag)), cross);
  button.type = "button";
  button.setAttribute("aria-label", `Remove ${valueName("hashtag", tag)} from the chart`);
  button.addEventListener("click", () => choose(tag));
  return element("li", "", button);
}
