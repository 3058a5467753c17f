"""``python -m artifacts``."""

from artifacts.command import main

if __name__ == "__main__":
    main()
