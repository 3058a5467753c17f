import { element, isolated, link, setText } from "../dom/elements.js";
import { KeyedList } from "../dom/keyed_list.js";
import { count, counted, share, valueName } from "../format.js";
import { valueAddress } from "../view.js";

const REST = "\u0000rest"; // no value of an event: slugs and language tags have no control characters

/** Bars of one dimension's first values; the others are one bar at the end, so that the bars make up the whole. */
export class Breakdown {
  #dimension;
  #most;
  #list;

  /**
   * @param {"lang" | "platform" | "kind"} dimension
   * @param {number} most values shown by name
   */
  constructor(dimension, most) {
    this.#dimension = dimension;
    this.#most = most;
    this.#list = new KeyedList(document.getElementById(dimension), { create: (key) => bar(dimension, key), update: fill });
  }

  /** @param {{total: number, distinct: number, items: object[]}} part the dimension's part of a summary */
  render({ total, distinct, items }) {
    // One value more than there is room for would stand alone as "others": show it by its name.
    const named = items.slice(0, distinct === this.#most + 1 ? distinct : this.#most);
    const rows = named.map((item) => ({ ...item, key: item.value, name: valueName(this.#dimension, item.value) }));
    const rest = total - named.reduce((sum, item) => sum + item.count, 0);
    if (rest > 0) rows.push({ key: REST, name: counted(distinct - named.length, "other"), count: rest, share: rest / total });
    this.#list.render(rows);
  }
}

function bar(dimension, key) {
  const track = element("span", "bar", element("i"));
  track.ariaHidden = "true";
  const figures = [element("span", "count"), element("span", "percent"), track];
  return key === REST ? element("li", "rest", isolated(), ...figures) : element("li", "", link(valueAddress(dimension, key), isolated()), ...figures);
}

function fill(row, item) {
  setText(row.querySelector("bdi"), item.name);
  setText(row.querySelector(".count"), count(item.count));
  setText(row.querySelector(".percent"), share(item.share));
  row.querySelector(".bar i").style.transform = `translateX(${(item.share - 1) * 100}%)`;
}
