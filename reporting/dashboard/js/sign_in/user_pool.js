import { ApiError } from "../api_error.js";

/** The endpoints of a Cognito user pool's domain (https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html). */

/** @typedef {{idToken: string | null, accessToken: string, refreshToken: string | null, expiresAt: number}} Tokens expiresAt is epoch ms */

/** The user pool refused: the reader has to sign in again. */
export class Refused extends Error {}

export class UserPool {
  #auth;

  /** @param {import("../config.js").Auth} auth */
  constructor(auth) {
    this.#auth = auth;
  }

  signInUrl({ state, nonce, challenge }) {
    const parameters = {
      response_type: "code",
      client_id: this.#auth.clientId,
      redirect_uri: this.#auth.redirectUri,
      scope: this.#auth.scope,
      state,
      nonce,
      code_challenge: challenge,
      code_challenge_method: "S256",
    };
    return `${this.#auth.domain}/oauth2/authorize?${new URLSearchParams(parameters)}`;
  }

  signOutUrl() {
    return `${this.#auth.domain}/logout?${new URLSearchParams({ client_id: this.#auth.clientId, logout_uri: this.#auth.redirectUri })}`;
  }

  /** @returns {Promise<Tokens>} @throws {Refused | ApiError} */
  redeem(code, verifier) {
    return this.#ask({ grant_type: "authorization_code", code, code_verifier: verifier, redirect_uri: this.#auth.redirectUri });
  }

  /** @returns {Promise<Tokens>} @throws {Refused | ApiError} */
  async refresh(refreshToken) {
    const tokens = await this.#ask({ grant_type: "refresh_token", refresh_token: refreshToken });
    return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken }; // a new one comes only where the client rotates them
  }

  async #ask(parameters) {
    const body = new URLSearchParams({ client_id: this.#auth.clientId, ...parameters });
    let response, answer;
    try {
      response = await fetch(`${this.#auth.domain}/oauth2/token`, { method: "POST", body, credentials: "omit" });
      answer = await response.json();
    } catch (error) {
      throw new ApiError("The sign-in service does not answer.", { status: response?.status, cause: error });
    }
    if (response.status === 400) throw new Refused(`${answer.error}`); // RFC 6749, 5.2
    if (!response.ok) throw new ApiError(`The sign-in service answered ${response.status}.`, { status: response.status });
    return {
      idToken: answer.id_token ?? null,
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token ?? null,
      expiresAt: Date.now() + answer.expires_in * 1000,
    };
  }
}
