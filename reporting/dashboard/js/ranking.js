import { count, share, valueName } from "./format.js";
import { element, isolated, KeyedList, setText } from "./keyed_list.js";

const REST_MS = 1_500;

/** The table of top hashtags. Each is a button that chooses it for the chart. */
export class Ranking {
  #section = document.querySelector(".hashtags");
  #body = document.getElementById("ranking");
  #note = document.getElementById("hashtags-note");
  #list;
  #pointedAt = -Infinity;
  #window = "";

  /** @param {{choose: (tag: string) => void, clear: () => void}} actions */
  constructor({ choose, clear }) {
    this.#list = new KeyedList(this.#body, { create: (tag) => this.#row(tag, choose), update: fill, glide: true });
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
  render({ top, window }, chosen) {
    // While a mouse looks for its row, rows must not slip away under it: the table rests for a moment.
    if (window === this.#window && performance.now() - this.#pointedAt < REST_MS) return;
    this.#window = window;
    const most = top.items[0]?.count ?? 0;
    this.#list.render(top.items.map((item) => ({ ...item, key: item.value, length: item.count / most })));
    this.#section.toggleAttribute("data-empty", top.items.length === 0);
    setText(this.#note, top.items.length ? `${count(top.total)} uses of ${count(top.distinct)} hashtags` : "");
    this.mark(chosen);
  }

  /** Shows which hashtags are chosen, without waiting for an answer. */
  mark(chosen) {
    for (const row of this.#body.children) {
      const slot = chosen.get(row.tag);
      if (slot) row.dataset.slot = String(slot);
      else delete row.dataset.slot;
      row.querySelector("button").setAttribute("aria-pressed", String(slot !== undefined));
    }
  }

  #row(tag, choose) {
    const button = element("button", "", isolated(valueName("hashtag", tag)));
    button.type = "button";
    button.title = valueName("hashtag", tag);
    button.setAttribute("aria-pressed", "false");
    const heading = element("th", "", button);
    heading.scope = "row";
    const bar = element("span", "bar", element("i"));
    bar.ariaHidden = "true";
    const shared = element("td", "", element("div", "share", bar, element("span", "percent")));
    const row = element("tr", "", element("td", "rank"), heading, shared, element("td", "count"));
    row.tag = tag;
    row.addEventListener("click", () => choose(tag));
    return row;
  }

  #step(event) {
    const buttons = [...this.#body.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    if (!buttons[at]) return;
    event.preventDefault();
    buttons[at].focus();
  }
}

function fill(row, item) {
  setText(row.querySelector(".rank"), count(item.rank));
  setText(row.querySelector(".percent"), share(item.share));
  setText(row.querySelector(".count"), count(item.count));
  row.querySelector(".bar i").style.transform = `translateX(${(item.length - 1) * 100}%)`;
}
