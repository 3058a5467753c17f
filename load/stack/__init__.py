"""A deployed stack, as a load test sees it: how it is found, what it measured, what its logs say, how it is changed."""
