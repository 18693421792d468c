"""The whole system for as long as one likes, disturbed at random: `make soak`."""
