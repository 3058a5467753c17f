"""Reading streams through boto3, for the poller core: on one machine and in the simulated world."""
