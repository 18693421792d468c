"""Predicted arrivals in a one-dimensional Earth: tables made by obspy's TauP, looked up for many stations at once.

What obspy.taup does for a pair of source and receiver in milliseconds is here a look into a curve of the phase at the
source's depth, less than a microsecond per station. Curves are made once, and kept in memory and in a folder.
"""

from .curve import NO_PHASE, PhaseArrivals, PhaseCurve
from .tables import MODELS, PhaseNameError, TravelTimes, check_phases

__all__ = ["MODELS", "NO_PHASE", "PhaseArrivals", "PhaseCurve", "PhaseNameError", "TravelTimes", "check_phases"]
