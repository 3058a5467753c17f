/** How a count stands to the one of the window before. */

/**
 * A window that is still filling has not had all of its time, so at the start of every minute everything would seem to
 * fall. A fall is called one only where it is more than the time that is missing can explain.
 *
 * @param {{count: number, change: number | null}} item `change` is count ÷ count before − 1, null where there was none
 * @param {number} missing the part of the window that is still to come, 0 to 1
 * @returns {"new" | "up" | "down" | "level"}
 */
export function direction({ count, change }, missing) {
  if (change === null) return count > 0 ? "new" : "level";
  if (change > 0) return "up";
  return change < -missing ? "down" : "level";
}

/**
 * @param {{from: string, to: string}} span an answer's
 * @param {number} now the API's time, epoch seconds
 */
export function missingPart({ from, to }, now) {
  const [start, end] = [Date.parse(from) / 1000, Date.parse(to) / 1000];
  return Math.min(1, Math.max(0, (end - now) / (end - start)));
}

/** @returns {{count: number, change: number | null}} of two totals, as the API says it of a value */
export function changeOf(count, before) {
  return { count, change: before > 0 ? count / before - 1 : null };
}
