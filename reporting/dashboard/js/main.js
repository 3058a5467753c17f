import { ReportingApi } from "./api.js";
import { ApiError } from "./api_error.js";
import { OverTime } from "./chart/over_time.js";
import { ConfigError, readConfig } from "./config.js";
import { followLinks } from "./dom/links.js";
import { Refresh } from "./rounds/refresh.js";
import { Status } from "./rounds/status.js";
import { timed } from "./rounds/timing.js";
import { Search } from "./search/search.js";
import { Session, SignedOut } from "./sign_in/session.js";
import { UserPool } from "./sign_in/user_pool.js";
import { TrendsPage } from "./trends/page.js";
import { ValuePage } from "./value/page.js";
import { viewOf } from "./view.js";

const content = document.getElementById("content");
const signOut = document.getElementById("sign-out");
const status = new Status({ retry: () => refresh.now(), signIn: () => session.signIn(view.address) });
const overTime = new OverTime();
const pages = { trends: new TrendsPage(overTime, changed), value: new ValuePage(overTime, changed) };
const back = document.getElementById("value-back");
let view = viewOf(location.search);
let session = null;
let api = null;

const refresh = new Refresh(
  async (signal) => {
    await connect();
    const answers = await pages[view.page].ask(api, view, signal);
    timed(() => draw(answers));
  },
  (failure, nextAt) => {
    if (content.dataset.state === "loading") content.dataset.state = "unanswered";
    if (failure instanceof SignedOut) signOut.hidden = true;
    status.failed(failure, nextAt);
    if (!(failure instanceof ApiError || failure instanceof ConfigError || failure instanceof SignedOut)) console.error(failure); // a fault of ours
  },
);

/** Reads the configuration, and ends a sign-in that has just come back. */
async function connect() {
  if (api) return;
  const { apiUrl, auth } = await readConfig();
  session = auth && new Session(new UserPool(auth));
  const returned = await session?.answered(location.search).finally(() => history.replaceState(null, "", `${location.pathname}${view.address}`));
  if (typeof returned === "string") go(returned, "replaceState");
  signOut.hidden = !session?.signedIn;
  api = new ReportingApi(apiUrl, session);
}

function draw(answers) {
  content.dataset.state = answers.health.status === "empty" ? "empty" : "filled";
  pages[view.page].draw(answers);
  document.title = pages[view.page].title;
  status.answered(answers.health, (answers.summary ?? answers.value).as_of);
  content.ariaBusy = "false";
}

/** The view has changed on its page: what is asked for shows at once, the figures follow. */
function changed(waits) {
  history.replaceState(null, "", `${location.pathname}${view.address}`);
  show();
  if (waits) content.ariaBusy = "true";
  refresh.now();
}

function show() {
  const page = pages[view.page];
  page.show(view);
  document.title = page.title;
  content.dataset.page = document.documentElement.dataset.page = view.page;
}

/** To another view. Another page, or another value's, begins empty. */
function go(query, way) {
  if (way !== null) history[way](null, "", `${location.pathname}${query}`);
  if (view.page === "trends") back.href = `${location.pathname}${view.address}`;
  view = viewOf(query);
  content.dataset.state = "loading";
  overTime.clear();
  content.ariaBusy = "true";
  show();
}

/** As following a link does: from the top of the page, with the focus where the new begins. */
function open(query) {
  go(query, "pushState");
  scrollTo(0, 0);
  (view.page === "value" ? document.getElementById("value-name") : content).focus({ preventScroll: true });
  refresh.now();
}

new Search((prefix, limit, signal) => {
  if (!api) throw new ApiError("The reporting API is not connected yet.");
  return api.search("hashtag", prefix, limit, signal);
}, open);
followLinks(open);
addEventListener("popstate", () => {
  go(location.search, null);
  refresh.now();
});
signOut.addEventListener("click", () => session.signOut());
show();
refresh.start();
