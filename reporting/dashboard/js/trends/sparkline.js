const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 100;
const HEIGHT = 24;
const MARGIN = 2; // half a stroke, so that no peak is cut

/**
 * A small line of counts, for the eye alone: the row says the same in figures. Its last part may be still filling, so
 * it is drawn fainter.
 */
export function sparkline() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "sparkline");
  for (const name of ["area", "past", "open"]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", name);
    svg.append(path);
  }
  return svg;
}

/** @param {SVGElement} svg @param {number[]} counts oldest first; fewer than two draw nothing */
export function drawSparkline(svg, counts) {
  const [area, past, open] = svg.children;
  const most = Math.max(1, ...counts);
  const points = counts.map((value, index) => {
    const x = (index / (counts.length - 1)) * WIDTH;
    return `${x.toFixed(1)},${(HEIGHT - MARGIN - (value / most) * (HEIGHT - 2 * MARGIN)).toFixed(1)}`;
  });
  const drawn = points.length > 1;
  set(area, drawn ? `M0,${HEIGHT}L${points.join("L")}L${WIDTH},${HEIGHT}Z` : "");
  set(past, drawn ? `M${points.slice(0, -1).join("L")}` : "");
  set(open, drawn ? `M${points.slice(-2).join("L")}` : "");
}

function set(path, shape) {
  if (path.getAttribute("d") !== shape) path.setAttribute("d", shape);
}
