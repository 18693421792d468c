"""Every bridge to and from obspy's objects."""
