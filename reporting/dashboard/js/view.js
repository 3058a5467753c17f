/** What the reader looks at: the window and the chosen hashtags. Kept in the page's address, so that a view can be shared. */

export const WINDOWS = {
  "5m": { label: "the last 5 minutes", granularity: "minute", stepSeconds: 60, chartBuckets: 15 },
  "1h": { label: "the last hour", granularity: "minute", stepSeconds: 60, chartBuckets: 60 },
  "24h": { label: "the last 24 hours", granularity: "hour", stepSeconds: 3600, chartBuckets: 24 },
};

export const MOST_CHOSEN = 5;
const LONGEST_TAG = 100; // SocialEvent's rule for a hashtag

export class View {
  window = "1h";
  /** Chosen hashtags and the slot (1 to MOST_CHOSEN) that gives each its colour, in the order of choosing. @type {Map<string, number>} */
  chosen = new Map();

  /** @param {string} query `location.search`; what is not understood in it is left out */
  static fromAddress(query) {
    const view = new View();
    const parameters = new URLSearchParams(query);
    if (Object.hasOwn(WINDOWS, parameters.get("window"))) view.window = parameters.get("window");
    const tags = parameters.getAll("hashtag").filter((tag) => tag.trim() && [...tag].length <= LONGEST_TAG);
    for (const tag of new Set(tags.slice(0, MOST_CHOSEN))) view.toggle(tag);
    return view;
  }

  /** @returns {string} the query of this view's address, "" for the first view of all */
  toAddress() {
    const parameters = new URLSearchParams();
    if (this.window !== "1h") parameters.set("window", this.window);
    for (const tag of this.chosen.keys()) parameters.append("hashtag", tag);
    return parameters.size ? `?${parameters}` : "";
  }

  /** Chooses a hashtag or lets it go. With all slots taken, the one chosen first makes room. */
  toggle(tag) {
    if (this.chosen.delete(tag)) return;
    if (this.chosen.size === MOST_CHOSEN) this.chosen.delete(this.chosen.keys().next().value);
    const taken = new Set(this.chosen.values());
    let slot = 1;
    while (taken.has(slot)) slot += 1;
    this.chosen.set(tag, slot);
  }
}
