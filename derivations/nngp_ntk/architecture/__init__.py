"""What a network is made of, as data, and the same network at a finite width."""
