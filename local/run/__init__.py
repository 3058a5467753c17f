"""What python -m local run does with a running stack: feed, watch, settle the accounts."""
