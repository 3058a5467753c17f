/** The deployment's settings, one JSON file beside the page, so that the same files serve every stack. */

/** The settings are missing or wrong; the message says what to do. */
export class ConfigError extends Error {}

/**
 * @typedef {object} Config
 * @property {string} apiUrl Where the reporting API is, without a slash at the end; "" is the page's own origin.
 */

/**
 * @returns {Promise<Config>}
 * @throws {ConfigError} when the file is missing or its `apiUrl` is not a string
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
  return { apiUrl: config.apiUrl.replace(/\/+$/, "") };
}
