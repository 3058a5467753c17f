import { valueModel } from "../chart/model.js";
import { Segments } from "../dom/segments.js";
import { setText } from "../dom/elements.js";
import { timeSpan, valueName } from "../format.js";
import { TrendsView } from "../view.js";
import { DIMENSIONS, GRAIN_LABELS, RANGES } from "../windows.js";
import { ask } from "./round.js";
import { renderTiles } from "./tiles.js";

/** One value's own page: how often it is used now, since when, when most, and all of it over time. */
export class ValuePage {
  ask = ask;
  #changed;
  #overTime;
  #view = null;
  #ranges = new Segments("range", (range) => this.#change((view) => (view.range = range)));
  #grains = new Segments("value-grain", (grain) => this.#change((view) => (view.grain = grain)));

  /**
   * @param {import("../chart/over_time.js").OverTime} overTime
   * @param {(waits: boolean) => void} changed told that the view has changed
   */
  constructor(overTime, changed) {
    this.#overTime = overTime;
    this.#changed = changed;
  }

  get title() {
    return `${valueName(this.#view.dimension, this.#view.value)} · Penstock`;
  }

  /** Shows what is asked for, without waiting for the answer. @param {import("../view.js").ValueView} view */
  show(view) {
    this.#view = view;
    setText(document.querySelector("#value-name bdi"), valueName(view.dimension, view.value));
    setText(document.getElementById("value-dimension"), DIMENSIONS[view.dimension].one);
    const compare = new TrendsView();
    compare.list = view.dimension;
    compare.toggle(view.value);
    document.getElementById("value-compare").href = compare.address;
    this.#ranges.render(Object.entries(RANGES).map(([range, { label }]) => [range, label]), view.range);
    this.#grains.render(RANGES[view.range].grains.map((grain) => [grain, GRAIN_LABELS[grain]]), view.grain);
  }

  /** @param {import("./round.js").Answers} answers */
  draw(answers) {
    const { health, value, series, view } = answers;
    view.value = value.value; // as it is counted: "#Art" is "art"
    setText(document.querySelector("#value-name bdi"), valueName(view.dimension, view.value));
    document.getElementById("value-unseen").hidden = value.first_seen !== null || health.status === "empty";
    renderTiles(answers);
    setText(document.getElementById("span"), timeSpan(Date.parse(series.from), Date.parse(series.to)));
    this.#overTime.render(valueModel(answers), DIMENSIONS[view.dimension].unit === "use" ? "Uses" : "Events");
  }

  #change(change) {
    change(this.#view);
    this.#changed(true);
  }
}
