"""The load-test CLI: measure a stack, model it, and find the configuration that meets a goal for the least money."""
