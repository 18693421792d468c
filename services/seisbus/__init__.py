"""Seisbus: get seismic waveforms from cloud archives, with small services on a message bus."""
