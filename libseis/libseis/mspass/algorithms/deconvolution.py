"""The names of mspasspy.ccore.algorithms.deconvolution that libseis has."""

from libseis.mspass.algorithms.cnr_engine import CNRDeconEngine
from libseis.mspass.algorithms.multitaper import MTPowerSpectrumEngine
from libseis.mspass.algorithms.scalar_decon import (
    LeastSquareDecon,
    MultiTaperSpecDivDecon,
    MultiTaperXcorDecon,
    ScalarDecon,
    TimeDomainIterativeDecon,
    TimeDomainLeastSquareDecon,
    WaterLevelDecon,
)

MultiTaperPowerSpecDivDecon = MultiTaperSpecDivDecon
MultiTaperPowerXcorDecon = MultiTaperXcorDecon

__all__ = [
    "CNRDeconEngine",
    "LeastSquareDecon",
    "MTPowerSpectrumEngine",
    "MultiTaperPowerSpecDivDecon",
    "MultiTaperPowerXcorDecon",
    "MultiTaperSpecDivDecon",
    "MultiTaperXcorDecon",
    "ScalarDecon",
    "TimeDomainIterativeDecon",
    "TimeDomainLeastSquareDecon",
    "WaterLevelDecon",
]
