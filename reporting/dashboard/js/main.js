import { ApiError, ReportingApi } from "./api.js";
import { Breakdown } from "./breakdown.js";
import { ConfigError, readConfig } from "./config.js";
import { OverTime } from "./over_time.js";
import { Ranking } from "./ranking.js";
import { Refresh } from "./refresh.js";
import { ask } from "./round.js";
import { Status } from "./status.js";
import { renderTotals } from "./totals.js";
import { View } from "./view.js";

const content = document.getElementById("content");
const view = View.fromAddress(location.search);
const status = new Status(() => refresh.now());
const ranking = new Ranking({ choose, clear });
const overTime = new OverTime({ choose, clear });
const breakdowns = { lang: new Breakdown("lang", 5), platform: new Breakdown("platform", 5), kind: new Breakdown("kind", 4) };
let api = null;

const refresh = new Refresh(
  async (signal) => {
    api ??= new ReportingApi((await readConfig()).apiUrl);
    draw(await ask(api, view, signal));
  },
  (failure, nextAt) => {
    if (content.dataset.state === "loading") content.dataset.state = "unanswered";
    status.failed(failure, nextAt);
    if (!(failure instanceof ApiError || failure instanceof ConfigError)) console.error(failure); // a fault of ours
  },
);

/** @param {import("./round.js").Answers} answers */
function draw(answers) {
  content.dataset.state = answers.health.status === "empty" ? "empty" : "filled";
  renderTotals(answers);
  ranking.render(answers, view.chosen);
  for (const [dimension, breakdown] of Object.entries(breakdowns)) breakdown.render(answers.summary[dimension]);
  overTime.render(answers, view.chosen); // last: its height is what the others leave
  status.answered(answers.health);
  content.ariaBusy = "false";
}

function choose(tag) {
  view.toggle(tag);
  viewChanged();
}

function clear() {
  if (view.chosen.size === 0) return;
  view.chosen.clear();
  viewChanged();
}

/** Marks what is looked at without waiting, and asks for it. */
function viewChanged() {
  history.replaceState(null, "", `${location.pathname}${view.toAddress()}`);
  ranking.mark(view.chosen);
  overTime.mark(view.chosen);
  refresh.now();
}

const windows = document.getElementById("windows");
windows.querySelector(`input[value="${view.window}"]`).checked = true;
windows.addEventListener("change", (event) => {
  view.window = event.target.value;
  content.ariaBusy = "true"; // the figures shown are another window's until the answer comes
  viewChanged();
});

overTime.mark(view.chosen);
refresh.start();
