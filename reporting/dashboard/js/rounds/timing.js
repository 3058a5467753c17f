/** How long an answer takes to be seen, as the browser's own performance entries: for the tests, and for who looks. */

const MEASURE = "penstock:drawn";

/** @param {() => void} draw draws an answer that has just come; measured until the frame that shows it */
export function timed(draw) {
  const start = performance.now();
  draw();
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      performance.clearMeasures(MEASURE); // the page stays open for days
      performance.measure(MEASURE, { start, end: performance.now() });
    };
    port2.postMessage(null); // after the frame's own layout and paint
  });
}
