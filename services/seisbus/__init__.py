"""Seisbus: seismic waveforms out of cloud archives, by small services on a message bus."""

__version__ = "0.1.0"
