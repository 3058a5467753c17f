"""``python -m penstock.cli``: the console script ``penstock`` by another name."""

from penstock.cli.entry import main

if __name__ == "__main__":
    main()
