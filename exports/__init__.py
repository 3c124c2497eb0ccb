"""One file that holds versions whole, to keep, to carry, and to fill a panel from."""
