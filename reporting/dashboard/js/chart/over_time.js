import { element, isolated, setText } from "../dom/elements.js";
import { bucketTime, count, valueName } from "../format.js";
import { fillFigures } from "./figures.js";
import { peak } from "./model.js";
import { Plot } from "./plot.js";

const PER = { 60: "per minute", 3600: "per hour", 86_400: "per day" };

/** The chart over time with all that belongs to it: title, the tip under the pointer, its words, the figures as a table. */
export class OverTime {
  #plot = new Plot(document.getElementById("plot"), (at) => this.#point(at));
  #tip = document.getElementById("tip");
  #figures = document.getElementById("figures");
  #model = null;
  #at = null;

  constructor() {
    this.#figures.addEventListener("toggle", () => this.#fillFigures());
  }

  /** @param {import("./model.js").ChartModel} model @param {string} counted what is counted: "Events", "Uses" */
  render(model, counted) {
    this.#model = model;
    setText(document.getElementById("chart-title"), `${counted} ${PER[model.step]}`);
    const highest = model.shape === "columns" ? peak(model, model.lines[0]) : null;
    setText(document.getElementById("chart-note"), highest ? `Highest: ${count(highest.count)} at ${this.#time(highest.start)}` : "");
    setText(document.getElementById("chart-key"), this.#key());
    setText(document.getElementById("chart-summary"), this.#summary());
    this.#plot.draw(model);
    this.#fillFigures();
    this.#point(this.#at);
  }

  /** Another page begins: nothing of the last one's chart is left to be seen or read. */
  clear() {
    this.#model = null;
    setText(document.getElementById("chart-title"), "Over time");
    for (const id of ["chart-note", "chart-key", "chart-summary"]) setText(document.getElementById(id), "");
    this.#point(null);
  }

  #time(start) {
    const { starts, step } = this.#model;
    return bucketTime(step, starts.length * step)(start * 1000);
  }

  /** What the looks of a bucket mean, where some look different. */
  #key() {
    const { starts, step, windowFrom, openFrom, shape } = this.#model;
    const open = starts.at(-1) >= openFrom ? `${shape === "lines" ? "Ring" : "Outlined"}: still filling` : "";
    const looks = shape === "lines" ? "Left of the dotted line" : "Dimmed";
    const before = starts[0] < windowFrom ? `${looks}: before the window` : "";
    const days = step === 86_400 ? "Days of UTC" : "";
    return [days, before, open].filter(Boolean).join(" · ");
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

  #name({ value }) {
    return value === null ? "All events" : valueName(this.#model.dimension, value);
  }

  #point(at) {
    this.#at = at;
    this.#tip.hidden = !at || !this.#model || at.index >= this.#model.starts.length;
    if (this.#tip.hidden) return;
    const { starts, step, openFrom, lines, parts } = this.#model;
    const start = starts[at.index];
    const until = step === 86_400 ? "" : ` – ${this.#time(start + step)}`;
    const when = `${this.#time(start)}${until}${start >= openFrom ? ", so far" : ""}`;
    const rows = [...lines, ...parts].map((line) => {
      const row = element("li", "", isolated(this.#name(line)), element("strong", "", count(line.counts[at.index])));
      if (!line.slot) return row;
      row.dataset.slot = String(line.slot);
      row.prepend(element("span", "swatch"));
      return row;
    });
    this.#tip.replaceChildren(element("p", "when", when), element("ul", "", ...rows));
    const room = this.#tip.parentElement.clientWidth - this.#tip.offsetWidth;
    const left = at.left + 16 > room ? at.left - 16 - this.#tip.offsetWidth : at.left + 16;
    this.#tip.style.transform = `translate(${Math.max(0, Math.round(left))}px, 0.5rem)`;
  }

  #fillFigures() {
    if (!this.#figures.open || !this.#model) return;
    fillFigures(this.#figures, this.#model, { name: (line) => this.#name(line), time: (start) => this.#time(start) });
  }
}
