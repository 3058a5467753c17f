"""What a configuration costs: a table of AWS's list prices, and what is paid by it."""
