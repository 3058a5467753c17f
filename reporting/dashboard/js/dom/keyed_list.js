/**
 * Keeps a parent's children in step with a list of items, by key: nodes are kept, moved and filled, never rebuilt, so
 * that nothing flickers, and the node that has the focus is never taken out of the page (that would lose the focus).
 */
export class KeyedList {
  #parent;
  #create;
  #update;
  #glide;
  #nodes = new Map();

  /**
   * @param {HTMLElement} parent
   * @param {object} how
   * @param {(key: string) => HTMLElement} how.create makes a node for a new key
   * @param {(node: HTMLElement, item: object, index: number) => void} how.update fills it
   * @param {boolean} [how.glide] nodes move to a new place rather than jump
   */
  constructor(parent, { create, update, glide = false }) {
    this.#parent = parent;
    this.#create = create;
    this.#update = update;
    this.#glide = glide && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  node(key) {
    return this.#nodes.get(key);
  }

  /** @param {{key: string}[]} items keys are distinct */
  render(items) {
    const tops = this.#tops();
    const focused = [...this.#parent.children].findIndex((child) => child.contains(document.activeElement));
    const wanted = new Set(items.map((item) => item.key));
    const control = document.activeElement?.localName;
    const kept = focused >= 0 ? this.#parent.children[focused] : null;
    for (const [key, node] of this.#nodes) {
      if (wanted.has(key)) continue;
      node.remove();
      this.#nodes.delete(key);
    }
    let next = this.#parent.firstElementChild;
    items.forEach((item, index) => {
      const node = this.#nodes.get(item.key) ?? this.#add(item.key);
      this.#update(node, item, index);
      if (node === kept) {
        while (next !== node) {
          const early = next;
          next = next.nextElementSibling;
          this.#parent.append(early);
        }
      }
      if (node === next) next = next.nextElementSibling;
      else this.#parent.insertBefore(node, next);
    });
    if (kept && !kept.isConnected) this.#focusNear(focused, control);
    this.#move(tops);
  }

  #add(key) {
    const node = this.#create(key);
    this.#nodes.set(key, node);
    return node;
  }

  /** The focused node has left the list: whoever stands there now gets the focus, rather than the top of the page. */
  #focusNear(index, control) {
    const heir = this.#parent.children[Math.min(index, this.#parent.children.length - 1)];
    heir?.querySelector(control)?.focus({ preventScroll: true });
  }

  #tops() {
    if (!this.#glide || document.hidden) return new Map();
    return new Map([...this.#parent.children].map((node) => [node, node.offsetTop]));
  }

  #move(tops) {
    for (const [node, top] of tops) {
      const way = top - node.offsetTop;
      if (!node.isConnected || way === 0) continue;
      node.animate([{ transform: `translateY(${way}px)` }, { transform: "none" }], { duration: 450, easing: "cubic-bezier(0.2, 0.7, 0.2, 1)" });
    }
  }
}
