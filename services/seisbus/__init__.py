"""Seisbus: seismic waveforms out of cloud archives, by small services on a message bus."""
