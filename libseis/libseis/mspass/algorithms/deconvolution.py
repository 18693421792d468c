"""The names of mspasspy.ccore.algorithms.deconvolution that libseis has."""

from libseis.mspass.algorithms.multitaper import MTPowerSpectrumEngine

__all__ = ["MTPowerSpectrumEngine"]
