/**
 * Follows links to other views of this page without loading it anew. A click that asks for a new tab or window, and one
 * that something else has taken, stays the browser's.
 *
 * @param {(query: string) => void} follow
 */
export function followLinks(follow) {
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest?.("a[href]");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!anchor || !plain || event.defaultPrevented || anchor.target) return;
    const url = new URL(anchor.href);
    if (url.origin !== location.origin || url.pathname !== location.pathname || url.hash) return;
    event.preventDefault();
    follow(url.search);
  });
}
