"""The reporting API and the dashboard it serves."""
