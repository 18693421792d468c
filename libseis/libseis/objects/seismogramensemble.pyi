from typing import Any

from .ensemblebase import EnsembleBase
from .errorlogger import ErrorLogger
from .members import SeismogramVector
from .seismogram import Seismogram

class CoreSeismogramEnsemble(EnsembleBase):
    member: SeismogramVector
    def append(self, datum: Seismogram, /) -> None: ...
    def adopt(self, datum: Seismogram, /) -> None: ...

class SeismogramEnsemble(CoreSeismogramEnsemble):
    elog: ErrorLogger
    def toStream(self, *args: Any, **kwargs: Any) -> Any: ...
