import { trendsModel } from "../chart/model.js";
import { Segments } from "../dom/segments.js";
import { DEPTHS } from "../view.js";
import { DIMENSIONS, GRAIN_LABELS, WINDOWS } from "../windows.js";
import { Breakdown } from "./breakdown.js";
import { Chosen } from "./chosen.js";
import { Ranking } from "./ranking.js";
import { ask } from "./round.js";
import { renderTotals } from "./totals.js";

/** The page of trends: totals, the chart, a dimension's list, breakdowns. */
export class TrendsPage {
  title = "Penstock · Social trends";
  ask = ask;
  #changed;
  #overTime;
  #view = null;
  #chosen;
  #ranking;
  #breakdowns = { lang: new Breakdown("lang", 5), platform: new Breakdown("platform", 5), kind: new Breakdown("kind", 4) };
  #grains = new Segments("grain", (grain) => this.#change((view) => (view.grain = grain), true));
  #windows = document.getElementById("windows");
  #dimensions = new Segments("dimension", (dimension) => this.#change((view) => (view.list = dimension), true));
  #sorts = new Segments("sort", (sort) => this.#change((view) => (view.sort = sort), true));
  #more = document.getElementById("more");

  /**
   * @param {import("../chart/over_time.js").OverTime} overTime
   * @param {(waits: boolean) => void} changed told that the view has changed; `waits`: the figures shown are another question's until the answer comes
   */
  constructor(overTime, changed) {
    this.#changed = changed;
    this.#overTime = overTime;
    const choose = (value) => this.#change((view) => view.toggle(value));
    const clear = () => this.#view.chosen.size && this.#change((view) => view.chosen.clear());
    this.#chosen = new Chosen({ choose, clear });
    this.#ranking = new Ranking({ choose, clear });
    this.#windows.addEventListener("change", (event) => this.#change((view) => (view.window = event.target.value), true));
    this.#more.addEventListener("click", () => this.#change((view) => (view.depth = deeper(view.depth))));
  }

  /** Shows what is asked for, without waiting for the answer. @param {import("../view.js").TrendsView} view */
  show(view) {
    this.#view = view;
    this.#windows.querySelector(`input[value="${view.window}"]`).checked = true;
    this.#dimensions.render(Object.entries(DIMENSIONS).map(([name, { many }]) => [name, many]), view.dimension);
    this.#sorts.render([["count", "Most used"], ["rise", "Rising"]], view.sort);
    this.#grains.render(WINDOWS[view.window].grains.map((grain) => [grain, GRAIN_LABELS[grain]]), view.grain);
    this.#chosen.render(view);
    this.#ranking.mark(view);
  }

  /** @param {import("./round.js").Answers} answers */
  draw(answers) {
    const { list, view } = answers;
    renderTotals(answers);
    this.#ranking.render(answers);
    this.#more.hidden = list.items.length < view.depth || view.depth === DEPTHS.at(-1);
    for (const [dimension, breakdown] of Object.entries(this.#breakdowns)) breakdown.render(answers.summary[dimension]);
    this.#overTime.render(trendsModel(answers), view.chosen.size ? "Uses" : "Events");
  }

  #change(change, waits = false) {
    change(this.#view);
    this.#changed(waits);
  }
}

const deeper = (depth) => DEPTHS[DEPTHS.indexOf(depth) + 1] ?? depth;
