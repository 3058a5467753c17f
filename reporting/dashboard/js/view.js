/** What the reader looks at, and the address that says the same, so that a view can be bookmarked and shared. */

import { DIMENSIONS, RANGES, WINDOWS } from "./windows.js";

export const MOST_CHOSEN = 5;
export const DEPTHS = [20, 50, 100];
const LONGEST_VALUE = 100; // SocialEvent's rule for a hashtag; the other dimensions' values are shorter

/**
 * @param {string} query `location.search`; what is not understood in it is left out
 * @returns {TrendsView | ValueView}
 */
export function viewOf(query) {
  const parameters = new URLSearchParams(query);
  return isValue(parameters.get("value")) ? ValueView.read(parameters) : TrendsView.read(parameters);
}

/** The page of trends: a window, a list, and the values chosen for the chart. */
export class TrendsView {
  page = "trends";
  window = "1h";
  dimension = "hashtag";
  sort = "count";
  depth = DEPTHS[0];
  /** Chosen values of the dimension and the slot (1 to MOST_CHOSEN) that gives each its colour, in the order of choosing. @type {Map<string, number>} */
  chosen = new Map();
  #grain = null;

  static read(parameters) {
    const view = new TrendsView();
    view.window = known(WINDOWS, parameters.get("window")) ?? view.window;
    const implied = Object.keys(DIMENSIONS).find((name) => parameters.has(name)); // ?hashtag=art alone is enough
    view.dimension = known(DIMENSIONS, parameters.get("dimension")) ?? implied ?? view.dimension;
    if (parameters.get("sort") === "rise") view.sort = "rise";
    view.grain = parameters.get("granularity");
    const values = parameters.getAll(view.dimension).filter(isValue);
    for (const value of new Set(values.slice(0, MOST_CHOSEN))) view.toggle(value);
    return view;
  }

  /** The chart's buckets. Setting what the window can't be drawn in gives its first one. */
  get grain() {
    const { grains } = WINDOWS[this.window];
    return grains.includes(this.#grain) ? this.#grain : grains[0];
  }

  set grain(grain) {
    this.#grain = grain;
  }

  /** Another dimension's list begins without a choice. */
  set list(dimension) {
    this.dimension = dimension;
    this.chosen.clear();
    this.depth = DEPTHS[0];
  }

  /** @returns {string} the query of this view's address, "" for the first view of all */
  get address() {
    const parameters = new URLSearchParams();
    if (this.window !== "1h") parameters.set("window", this.window);
    if (this.grain !== WINDOWS[this.window].grains[0]) parameters.set("granularity", this.grain);
    if (this.dimension !== "hashtag") parameters.set("dimension", this.dimension);
    if (this.sort !== "count") parameters.set("sort", this.sort);
    for (const value of this.chosen.keys()) parameters.append(this.dimension, value);
    return parameters.size ? `?${parameters}` : "";
  }

  /** Chooses a value or lets it go. With all slots taken, the one chosen first makes room. */
  toggle(value) {
    if (this.chosen.delete(value)) return;
    if (this.chosen.size === MOST_CHOSEN) this.chosen.delete(this.chosen.keys().next().value);
    const taken = new Set(this.chosen.values());
    let slot = 1;
    while (taken.has(slot)) slot += 1;
    this.chosen.set(value, slot);
  }
}

/** One value's own page. */
export class ValueView {
  page = "value";
  range = "24h";
  #grain = null;

  constructor(dimension, value) {
    this.dimension = dimension;
    this.value = value;
  }

  static read(parameters) {
    const dimension = known(DIMENSIONS, parameters.get("dimension")) ?? "hashtag";
    const view = new ValueView(dimension, parameters.get("value"));
    view.range = known(RANGES, parameters.get("range")) ?? view.range;
    view.grain = parameters.get("granularity");
    return view;
  }

  get grain() {
    const { grains } = RANGES[this.range];
    return grains.includes(this.#grain) ? this.#grain : grains[0];
  }

  set grain(grain) {
    this.#grain = grain;
  }

  get address() {
    const parameters = new URLSearchParams({ dimension: this.dimension, value: this.value });
    if (this.range !== "24h") parameters.set("range", this.range);
    if (this.grain !== RANGES[this.range].grains[0]) parameters.set("granularity", this.grain);
    return `?${parameters}`;
  }
}

/** The address of a value's own page. */
export const valueAddress = (dimension, value) => new ValueView(dimension, value).address;

const known = (table, name) => (name !== null && Object.hasOwn(table, name) ? name : null);
const isValue = (text) => text !== null && text.trim() !== "" && [...text].length <= LONGEST_VALUE;
