"""The files that `seisbus init` writes: job files, and a program that runs one and draws what it saved."""
