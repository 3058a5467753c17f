import { element, isolated, setText, spoken } from "../dom/elements.js";
import { count, counted, plural, valueName } from "../format.js";
import { valueAddress } from "../view.js";

const PAUSE_MS = 150; // typing goes on within it
const MOST = 8;
const DIMENSION = "hashtag";

/**
 * Finds a hashtag by how it begins: a combobox with a list, as the ARIA Authoring Practices have it. The focus stays in
 * the field; arrow keys move through the list, Enter opens what is marked, or what was typed, Escape closes and then clears.
 */
export class Search {
  #input = document.getElementById("search-input");
  #list = document.getElementById("search-list");
  #said = document.getElementById("search-said");
  #ask;
  #open;
  #timer = 0;
  #asked = null;
  #marked = -1;

  /**
   * @param {(prefix: string, limit: number, signal: AbortSignal) => Promise<object>} ask the API's search
   * @param {(query: string) => void} open goes to a value's page
   */
  constructor(ask, open) {
    this.#ask = ask;
    this.#open = open;
    this.#input.addEventListener("input", () => this.#typed());
    this.#input.addEventListener("keydown", (event) => this.#pressed(event));
    this.#input.addEventListener("focus", () => this.#input.value.trim() && this.#typed());
    this.#input.addEventListener("blur", () => this.#close());
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the field
    this.#list.addEventListener("click", (event) => this.#choose(event.target.closest("[role=option]")?.tag));
  }

  get #prefix() {
    return this.#input.value.trim().replace(/^#+/, "");
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#asked?.abort();
    if (this.#prefix) this.#timer = setTimeout(() => this.#find(this.#prefix), PAUSE_MS);
    else this.#close();
  }

  async #find(prefix) {
    const asked = new AbortController();
    this.#asked = asked;
    try {
      const { items, more } = await this.#ask(prefix, MOST, asked.signal);
      if (asked.signal.aborted) return;
      const none = `No hashtag of the last 24 hours begins with “${prefix}”.`;
      const words = more ? "More begin like this: type on." : "";
      this.#show(items, items.length ? words : none);
      setText(this.#said, items.length ? `${counted(items.length, "hashtag")}. ${words}` : none);
    } catch (error) {
      if (asked.signal.aborted) return;
      this.#show([], error.message);
      setText(this.#said, error.message);
    }
  }

  #show(items, words) {
    const options = items.map(({ value, count: uses }, index) => {
      const node = element("li", "", isolated(valueName(DIMENSION, value)), element("span", "count", count(uses), spoken(` ${plural(uses, "use")} in 24 hours`)));
      node.id = `search-option-${index}`;
      node.role = "option";
      node.ariaSelected = "false";
      node.tag = value; // not `value`: a list item's is a number
      return node;
    });
    const note = document.getElementById("search-note");
    setText(note, words);
    note.hidden = !words;
    this.#list.replaceChildren(...options);
    this.#list.hidden = options.length === 0;
    document.getElementById("search-panel").hidden = false;
    this.#input.setAttribute("aria-expanded", String(options.length > 0));
    this.#mark(-1);
  }

  #close() {
    clearTimeout(this.#timer);
    this.#asked?.abort();
    document.getElementById("search-panel").hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
    this.#list.replaceChildren();
    setText(this.#said, "");
    this.#mark(-1);
  }

  #pressed(event) {
    if (event.isComposing) return; // Enter and arrows are the input method's
    const last = this.#list.children.length - 1;
    const keys = {
      ArrowDown: () => this.#mark(this.#marked === last ? -1 : this.#marked + 1),
      ArrowUp: () => this.#mark(this.#marked === -1 ? last : this.#marked - 1),
      Enter: () => this.#choose(this.#list.children[this.#marked]?.tag ?? this.#prefix),
      Escape: () => this.#escape(),
    };
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  }

  #escape() {
    if (document.getElementById("search-panel").hidden) this.#input.value = "";
    else this.#close();
  }

  /** Marks an option; -1 is the field itself. */
  #mark(index) {
    [...this.#list.children].forEach((option, at) => (option.ariaSelected = String(at === index)));
    this.#marked = index;
    const option = this.#list.children[index];
    if (option) this.#input.setAttribute("aria-activedescendant", option.id);
    else this.#input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  #choose(value) {
    if (!value) return;
    this.#close();
    this.#input.value = "";
    this.#open(valueAddress(DIMENSION, value));
  }
}
