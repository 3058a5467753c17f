/** Proof key for code exchange (RFC 7636): only who began a sign-in can end it, so that no secret is needed. */

/** 256 random bits, as text that any URL takes: a verifier, a state or a nonce. */
export function randomText() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** The S256 challenge of a verifier. @returns {Promise<string>} */
export async function challengeOf(verifier) {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
