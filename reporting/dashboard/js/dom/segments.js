import { element } from "./elements.js";

/** A row of radio buttons, one of which is chosen; hidden where there is nothing to choose. */
export class Segments {
  #fieldset;
  #options = "";

  /**
   * @param {string} id of the fieldset; also the radio buttons' name
   * @param {(value: string) => void} chosen told what the reader chose
   */
  constructor(id, chosen) {
    this.#fieldset = document.getElementById(id);
    this.#fieldset.addEventListener("change", (event) => chosen(event.target.value));
  }

  /** @param {[string, string][]} options values and their labels @param {string} value the chosen one */
  render(options, value) {
    const shape = JSON.stringify(options);
    if (shape !== this.#options) {
      this.#options = shape;
      this.#fieldset.querySelectorAll("label").forEach((label) => label.remove());
      this.#fieldset.append(...options.map(([option, label]) => this.#radio(option, label)));
    }
    this.#fieldset.hidden = options.length < 2;
    const radio = [...this.#fieldset.querySelectorAll("input")].find((input) => input.value === value);
    if (radio) radio.checked = true;
  }

  #radio(value, label) {
    const input = element("input");
    Object.assign(input, { type: "radio", name: this.#fieldset.id, value });
    return element("label", "", input, element("span", "", label));
  }
}
