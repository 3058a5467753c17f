/** Numbers, times and names as the reader's locale writes them. */

const locale = navigator.languages;
const whole = new Intl.NumberFormat(locale);
const signed = new Intl.NumberFormat(locale, { signDisplay: "exceptZero" });
const short = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(locale, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const finePercent = new Intl.NumberFormat(locale, { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 });
const signedPercent = new Intl.NumberFormat(locale, { style: "percent", signDisplay: "exceptZero", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const roundPercent = new Intl.NumberFormat(locale, { style: "percent", signDisplay: "exceptZero", maximumFractionDigits: 0 });
const clock = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
const minute = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
const hour = new Intl.DateTimeFormat(locale, { weekday: "short", hour: "numeric", minute: "2-digit" });
const dateHour = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
const day = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", timeZone: "UTC" });
const localDay = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric" });
const fullDay = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const zone = new Intl.DateTimeFormat(locale, { timeZoneName: "longGeneric" });
const ago = new Intl.RelativeTimeFormat(locale, { numeric: "always" });
const languages = new Intl.DisplayNames(locale, { type: "language", fallback: "none" });
const kinds = new Map([["post", "Posts"], ["reply", "Replies"], ["repost", "Reposts"], ["like", "Likes"]]);

/** "1,284,220" */
export const count = (value) => whole.format(value);
/** "1 use", "1,204 uses": of a word that has its plural by an s */
export const counted = (value, word) => `${count(value)} ${plural(value, word)}`;
/** "use" for one, else "uses" */
export const plural = (value, word) => (value === 1 ? word : `${word}s`);
/** "+1,204" */
export const signedCount = (value) => signed.format(value);
/** "1.3M", for the chart's axis */
export const shortCount = (value) => short.format(value);
/** "9.7%" of a fraction; shares below one percent get a second digit: "0.42%" */
export const share = (fraction) => (fraction > 0 && fraction < 0.01 ? finePercent : percent).format(fraction);
/** "+12.4%", "+340%", and "×14" where percents no longer say anything to anybody */
export function change(fraction) {
  if (fraction >= 9.995) return `×${whole.format(Math.round(fraction + 1))}`;
  return (Math.abs(fraction) < 0.9995 ? signedPercent : roundPercent).format(fraction);
}

/** "14:03:22" of epoch milliseconds */
export const clockTime = (ms) => clock.format(ms);
/** "14:03" of epoch milliseconds */
export const minuteTime = (ms) => minute.format(ms);
/** "Nov 21, 2026" in the reader's time zone */
export const dateOf = (ms) => date.format(ms);
/** "Nov 21, 2026", of a UTC day */
export const dayOf = (ms) => fullDay.format(ms);

/** How the start of a bucket is written: days are UTC days, so their dates are UTC's. @param {number} step seconds a bucket @param {number} span seconds in all */
export function bucketTime(step, span) {
  if (step >= 86_400) return (ms) => day.format(ms);
  if (step < 3600 && span <= 7200) return (ms) => minute.format(ms);
  return (ms) => (span <= 2 * 86_400 ? hour : dateHour).format(ms);
}

/** How a chart's axis writes a moment: over more than two days its marks are days. @param {number} step seconds a bucket @param {number} span seconds in all */
export function axisTime(step, span) {
  return step < 86_400 && span > 2 * 86_400 ? (ms) => localDay.format(ms) : bucketTime(step, span);
}

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
  if (dimension === "platform") return value.charAt(0).toLocaleUpperCase() + value.slice(1);
  if (value === "und") return "Not stated";
  try {
    return languages.of(value) ?? value;
  } catch (error) {
    if (error instanceof RangeError) return value; // no language tag at all
    throw error;
  }
}
