"""One folder per theory: everything hand-written about it."""
