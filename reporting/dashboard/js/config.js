/** The deployment's settings, one JSON file beside the page, so that the same files serve every stack. */

/**
 * @typedef {object} Config
 * @property {string} apiUrl Where the reporting API is, without a slash at the end; "" is the page's own origin.
 */

/**
 * @returns {Promise<Config>}
 * @throws {Error} when the file is missing or its `apiUrl` is not a string; the message says what to do.
 */
export async function readConfig() {
  const remedy = 'config.json beside the page must hold {"apiUrl": "…"}';
  let config;
  try {
    const response = await fetch("config.json", { cache: "no-cache" });
    if (!response.ok) throw new Error(`status ${response.status}`);
    config = await response.json();
  } catch (error) {
    throw new Error(`The configuration can't be read (${error.message}): ${remedy}.`, { cause: error });
  }
  if (typeof config?.apiUrl !== "string") throw new Error(`The configuration has no apiUrl: ${remedy}.`);
  return { apiUrl: config.apiUrl.replace(/\/+$/, "") };
}
