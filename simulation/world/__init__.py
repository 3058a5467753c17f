"""The whole pipeline as a simulated world: what runs, what it runs on, and what goes wrong."""
