"""`python -m simulation`: runs seeds of the simulated world and says what came of them."""

import sys

from simulation.command import main

if __name__ == "__main__":
    sys.exit(main())
