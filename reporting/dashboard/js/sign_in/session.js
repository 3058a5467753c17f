import { keepAttempt, keepTokens, keptTokens, takeAttempt } from "./kept.js";
import { challengeOf, randomText } from "./pkce.js";
import { Refused } from "./user_pool.js";

const EARLY_MS = 60_000; // a token is renewed before the API's clock calls it old

/** Nobody is signed in, or no longer. */
export class SignedOut extends Error {
  constructor(message = "") {
    super(message);
    this.name = "SignedOut";
  }
}

/** One reader's sign-in: authorization code with PKCE, tokens kept for this tab, renewed while the user pool agrees. */
export class Session {
  #pool;
  #tokens = keptTokens();
  #renewal = null;

  /** @param {import("./user_pool.js").UserPool} pool */
  constructor(pool) {
    this.#pool = pool;
  }

  get signedIn() {
    return this.#tokens !== null;
  }

  /** Leaves for the sign-in page. @param {string} address the query to come back to */
  async signIn(address) {
    const attempt = { state: randomText(), nonce: randomText(), verifier: randomText(), address };
    keepAttempt(attempt);
    location.assign(this.#pool.signInUrl({ ...attempt, challenge: await challengeOf(attempt.verifier) }));
  }

  /** Forgets the tokens and leaves for the sign-out page, which ends the user pool's own session as well. */
  signOut() {
    this.#keep(null);
    location.assign(this.#pool.signOutUrl());
  }

  /**
   * Ends a sign-in that the sign-in page has answered, if the address says that it has.
   *
   * @param {string} query `location.search`
   * @returns {Promise<string | null>} the address to show instead, null where this is no answer
   * @throws {SignedOut} the answer is a refusal, or belongs to no sign-in that this tab began
   */
  async answered(query) {
    const answer = new URLSearchParams(query);
    if (!answer.has("state") || !(answer.has("code") || answer.has("error"))) return null;
    const attempt = takeAttempt();
    if (attempt?.state !== answer.get("state")) throw new SignedOut("That sign-in was not begun here, or is over.");
    if (answer.has("error")) throw new SignedOut(`The sign-in failed: ${answer.get("error_description") ?? answer.get("error")}.`);
    const tokens = await this.#ask(() => this.#pool.redeem(answer.get("code"), attempt.verifier));
    // It came straight from the user pool over TLS, which stands for its signature (OpenID Connect Core, 3.1.3.7). There is
    // none where the scope has no openid; then the verifier alone ties the answer to the question.
    if (tokens.idToken && claims(tokens.idToken).nonce !== attempt.nonce) throw new SignedOut("The sign-in's answer is not the one asked for.");
    this.#keep(tokens);
    return attempt.address;
  }

  /** @returns {Promise<string>} a token the API should take @throws {SignedOut} */
  async token() {
    if (!this.#tokens) throw new SignedOut();
    return this.#tokens.expiresAt - EARLY_MS > Date.now() ? this.#tokens.accessToken : this.renewed();
  }

  /** @returns {Promise<string>} another token than the last, which the API did not take @throws {SignedOut} */
  renewed() {
    // Questions are asked side by side: they share one renewal, which none of them may abort for the others.
    this.#renewal ??= this.#renew().finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  async #renew() {
    const refreshToken = this.#tokens?.refreshToken;
    if (!refreshToken) {
      this.#keep(null);
      throw new SignedOut("Your session has ended.");
    }
    this.#keep(await this.#ask(() => this.#pool.refresh(refreshToken)));
    return this.#tokens.accessToken;
  }

  async #ask(question) {
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#keep(null);
      throw new SignedOut("Your session has ended.");
    }
  }

  #keep(tokens) {
    this.#tokens = tokens;
    keepTokens(tokens);
  }
}

/** What a JSON Web Token claims. */
function claims(token) {
  const bytes = Uint8Array.from(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}
