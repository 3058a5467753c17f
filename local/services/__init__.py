"""The simulated AWS services: moto in a process of its own."""
