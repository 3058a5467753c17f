"""Reports: what a run, a simulation or a tuning found, as JSON, as text and as a page."""
