"""The load-test CLI's model next to runs on the local stack."""
