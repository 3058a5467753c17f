"""Alerts: tells subscribers of a topic when a value of a dimension rises abnormally. See `docs/alerts.md`.

Once a minute: read the minutes of the trends (`minutes`), judge each window that is new (`judging`, by `score`),
remember what was decided (`state`, in `memory`), publish it (`message`, `publisher`), in that order (`run`).
"""
