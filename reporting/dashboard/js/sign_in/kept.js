/**
 * What a sign-in keeps, in this tab's sessionStorage: it outlives a reload and the way to the sign-in page and back, and
 * ends with the tab. No other tab, no other origin and no request can read it. A script that got into the page could, as it
 * could use tokens in memory: what keeps it out is the page's policy, scripts of its own origin only and Trusted Types.
 */

const TOKENS = "penstock.tokens";
const ATTEMPT = "penstock.attempt";

/** @returns {import("./user_pool.js").Tokens | null} */
export const keptTokens = () => read(TOKENS);
/** @param {import("./user_pool.js").Tokens | null} tokens */
export const keepTokens = (tokens) => write(TOKENS, tokens);

/** A sign-in that has begun. @param {{state: string, nonce: string, verifier: string, address: string}} attempt */
export const keepAttempt = (attempt) => write(ATTEMPT, attempt);

/** The sign-in that has begun, once: a second answer to it finds none. */
export function takeAttempt() {
  const attempt = read(ATTEMPT);
  write(ATTEMPT, null);
  return attempt;
}

function read(name) {
  const text = sessionStorage.getItem(name);
  return text === null ? null : JSON.parse(text);
}

function write(name, value) {
  if (value === null) sessionStorage.removeItem(name);
  else sessionStorage.setItem(name, JSON.stringify(value));
}
