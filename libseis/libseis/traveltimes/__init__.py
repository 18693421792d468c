"""Predicted arrivals in a one-dimensional Earth, from tables made with obspy's TauP, for many stations at once.

obspy.taup needs milliseconds for a pair of source and receiver. This package reads the arrival from a curve of the
phase for the source depth, in less than a microsecond per station. Curves are made once and kept in memory and in a
folder.
"""

from .curve import NO_PHASE, PhaseArrivals, PhaseCurve
from .tables import MODELS, PhaseNameError, TravelTimes, check_phases

__all__ = ["MODELS", "NO_PHASE", "PhaseArrivals", "PhaseCurve", "PhaseNameError", "TravelTimes", "check_phases"]
