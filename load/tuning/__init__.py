"""Finding the configuration that meets a goal for the least money."""
