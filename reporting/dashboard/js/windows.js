/** Which times the page can show, and the buckets they are drawn in. All labels are a reader's words. */

export const STEP_SECONDS = { minute: 60, hour: 3600, day: 86_400 };

/**
 * The API's windows. The chart draws `chartSeconds` up to the window's end; what lies before the window is context.
 * The first of `grains` is what is drawn unless the reader says otherwise.
 */
export const WINDOWS = {
  "5m": { label: "the last 5 minutes", before: "the 5 minutes before", seconds: 300, chartSeconds: 900, grains: ["minute"] },
  "1h": { label: "the last hour", before: "the hour before", seconds: 3600, chartSeconds: 3600, grains: ["minute"] },
  "24h": { label: "the last 24 hours", before: "the 24 hours before", seconds: 86_400, chartSeconds: 86_400, grains: ["hour", "minute"] },
};

/** What a value's own page can draw: a series has at most 1,500 points. */
export const RANGES = {
  "1h": { label: "1 hour", seconds: 3600, grains: ["minute"] },
  "24h": { label: "24 hours", seconds: 86_400, grains: ["hour", "minute"] },
  "7d": { label: "7 days", seconds: 7 * 86_400, grains: ["hour", "day"] },
  "30d": { label: "30 days", seconds: 30 * 86_400, grains: ["day", "hour"] },
  "1y": { label: "1 year", seconds: 365 * 86_400, grains: ["day"] },
};

export const GRAIN_LABELS = { minute: "By minute", hour: "By hour", day: "By day" };

/** What a value is called, what many are, and what is counted of it. */
export const DIMENSIONS = {
  hashtag: { one: "Hashtag", many: "Hashtags", unit: "use" },
  lang: { one: "Language", many: "Languages", unit: "event" },
  platform: { one: "Platform", many: "Platforms", unit: "event" },
  kind: { one: "Kind", many: "Kinds", unit: "event" },
};
