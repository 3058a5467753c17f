"""Boto3's own clients in the simulation: what they send ends at a simulated service, what they read is made here."""
