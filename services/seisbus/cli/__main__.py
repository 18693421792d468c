"""`python -m seisbus.cli`, the same as the command `seisbus`."""

from . import main

if __name__ == "__main__":
    main()
