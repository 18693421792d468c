"""The command line `seisbus`: commands of the client, the local stack and the administration, errors as sentences."""

from .main import main

__all__ = ["main"]
