"""Sends a workload through the SDK, at the times that were scheduled, in as many processes as that takes."""
