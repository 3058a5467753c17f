"""A run: a workload against a live target, measured from the outside."""
