import { element, isolated } from "../dom/elements.js";
import { KeyedList } from "../dom/keyed_list.js";
import { valueName } from "../format.js";

/** The values chosen for the chart, each with a way out. */
export class Chosen {
  #section = document.getElementById("chosen");
  #list;
  #dimension = "";

  /** @param {{choose: (value: string) => void, clear: () => void}} actions */
  constructor({ choose, clear }) {
    this.#list = new KeyedList(document.getElementById("chosen-list"), {
      create: (value) => chip(this.#dimension, value, choose),
      update: (node, { slot }) => (node.dataset.slot = String(slot)),
    });
    document.getElementById("chosen-clear").addEventListener("click", clear);
    this.#section.addEventListener("keydown", (event) => event.key === "Escape" && clear());
  }

  /** @param {import("../view.js").TrendsView} view */
  render({ dimension, chosen }) {
    if (dimension !== this.#dimension) this.#list.render([]); // names belong to a dimension
    this.#dimension = dimension;
    this.#section.hidden = chosen.size === 0;
    this.#list.render([...chosen].map(([key, slot]) => ({ key, slot })));
  }
}

function chip(dimension, value, choose) {
  const name = valueName(dimension, value);
  const cross = element("span", "cross", "×");
  cross.ariaHidden = "true";
  const button = element("button", "", element("span", "swatch"), isolated(name), cross);
  button.type = "button";
  button.setAttribute("aria-label", `Remove ${name} from the chart`);
  button.addEventListener("click", () => choose(value));
  return element("li", "", button);
}
