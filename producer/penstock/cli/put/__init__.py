"""``penstock put``: lines in, acknowledged events out, and an account of both."""
