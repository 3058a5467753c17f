"""How fast the model of the load-test CLI is, and how good its search."""
