"""The pipeline in simulated time: events as a fluid, batches one by one (docs/tuning.md says what it leaves out)."""
