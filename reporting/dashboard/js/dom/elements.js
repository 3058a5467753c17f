/** Nodes of the page. A text is always data, never markup: it only ever becomes a text node. */

/** Sets a node's text where it differs; a text is always data, never markup. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** An element with classes, texts or nodes in it. */
export function element(name, className = "", ...content) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...content);
  return node;
}

/** A value from an event, set apart so that its direction of writing touches nothing around it. */
export function isolated(text = "") {
  const node = element("bdi", "", text);
  node.dir = "auto";
  return node;
}

/** A text that only a screen reader says. */
export const spoken = (text = "") => element("span", "visually-hidden", text);

/** A link to another view of this page. */
export function link(address, ...content) {
  const node = element("a", "", ...content);
  node.href = address;
  return node;
}
