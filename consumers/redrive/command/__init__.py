"""The command line, ``python -m consumers.redrive``. Nothing of the function imports it, nor its libraries."""
