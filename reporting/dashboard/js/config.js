/** The deployment's settings, one JSON file beside the page, so that the same files serve every stack. */

/** The settings are missing or wrong; the message says what to do. */
export class ConfigError extends Error {}

/**
 * @typedef {object} Auth How readers sign in: a Cognito user pool's app client, public (it has no secret).
 * @property {string} domain Where the user pool's sign-in is, without a slash at the end; "" is the page's own origin.
 * @property {string} clientId The app client.
 * @property {string} scope What is asked for: scopes with spaces between.
 * @property {string} redirectUri Where the sign-in, and the sign-out, return to.
 *
 * @typedef {object} Config
 * @property {string} apiUrl Where the reporting API is, without a slash at the end; "" is the page's own origin.
 * @property {Auth | null} auth null where nobody signs in.
 */

/**
 * @returns {Promise<Config>}
 * @throws {ConfigError} when the file is missing or a setting is not what it must be
 */
export async function readConfig() {
  const remedy = 'config.json beside the page must hold {"apiUrl": "…"}';
  let config;
  try {
    const response = await fetch("config.json", { cache: "no-cache" });
    if (!response.ok) throw new Error(`status ${response.status}`);
    config = await response.json();
  } catch (error) {
    throw new ConfigError(`The configuration can't be read (${error.message}): ${remedy}.`, { cause: error });
  }
  if (typeof config?.apiUrl !== "string") throw new ConfigError(`The configuration has no apiUrl: ${remedy}.`);
  return { apiUrl: withoutSlash(config.apiUrl), auth: readAuth(config.auth) };
}

function readAuth(auth) {
  if (auth === undefined || auth === null) return null;
  const { domain, clientId, scope, redirectUri = `${location.origin}${location.pathname}` } = auth;
  if (typeof domain === "string" && [clientId, scope, redirectUri].every((text) => typeof text === "string" && text)) {
    return { domain: withoutSlash(domain), clientId, scope, redirectUri };
  }
  const remedy = 'it must hold {"domain": "…", "clientId": "…", "scope": "…"}, or be left out';
  throw new ConfigError(`The configuration's auth is not complete: ${remedy}.`);
}

const withoutSlash = (url) => url.replace(/\/+$/, "");
