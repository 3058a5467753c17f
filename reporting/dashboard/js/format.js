/** Numbers, times and names as the reader's locale writes them. */

const locale = navigator.languages;
const whole = new Intl.NumberFormat(locale);
const short = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(locale, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const finePercent = new Intl.NumberFormat(locale, { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 });
const clock = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
const minute = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
const day = new Intl.DateTimeFormat(locale, { weekday: "short", hour: "numeric", minute: "2-digit" });
const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const zone = new Intl.DateTimeFormat(locale, { timeZoneName: "longGeneric" });
const ago = new Intl.RelativeTimeFormat(locale, { numeric: "always" });
const languages = new Intl.DisplayNames(locale, { type: "language", fallback: "none" });
const kinds = new Map([["post", "Posts"], ["reply", "Replies"], ["repost", "Reposts"], ["like", "Likes"]]);

/** "1,284,220" */
export const count = (value) => whole.format(value);
/** "1.3M", for the chart's axis */
export const shortCount = (value) => short.format(value);
/** "9.7%" of a fraction; shares below one percent get a second digit: "0.42%" */
export const share = (fraction) => (fraction > 0 && fraction < 0.01 ? finePercent : percent).format(fraction);

/** "14:03:22" of epoch milliseconds */
export const clockTime = (ms) => clock.format(ms);
/** "14:03" of epoch milliseconds */
export const minuteTime = (ms) => minute.format(ms);
/** "Wed 14:00", for spans of a day */
export const dayTime = (ms) => day.format(ms);

/** "Apr 29, 2026, 1:04 – 2:04 PM, Central European Time" */
export function timeSpan(from, to) {
  const name = zone.formatToParts(from).find((part) => part.type === "timeZoneName")?.value;
  return [moment.formatRange(from, to), name].filter(Boolean).join(", ");
}

/** "3 minutes ago" */
export function timeAgo(seconds) {
  if (seconds < 90) return ago.format(-Math.round(seconds), "second");
  if (seconds < 5400) return ago.format(-Math.round(seconds / 60), "minute");
  return seconds < 129_600 ? ago.format(-Math.round(seconds / 3600), "hour") : ago.format(-Math.round(seconds / 86_400), "day");
}

/** A value as a reader would call it: "ja" is "Japanese", a hashtag wears its sign. */
export function valueName(dimension, value) {
  if (dimension === "hashtag") return `#${value}`;
  if (dimension === "kind") return kinds.get(value) ?? value;
  if (dimension !== "lang") return value;
  if (value === "und") return "Not stated";
  try {
    return languages.of(value) ?? value;
  } catch (error) {
    if (error instanceof RangeError) return value; // no language tag at all
    throw error;
  }
}
