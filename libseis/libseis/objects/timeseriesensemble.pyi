from typing import Any

from .ensemblebase import EnsembleBase
from .errorlogger import ErrorLogger
from .members import TimeSeriesVector
from .timeseries import TimeSeries

class CoreTimeSeriesEnsemble(EnsembleBase):
    member: TimeSeriesVector
    def append(self, datum: TimeSeries, /) -> None: ...
    def adopt(self, datum: TimeSeries, /) -> None: ...

class TimeSeriesEnsemble(CoreTimeSeriesEnsemble):
    elog: ErrorLogger
    def toStream(self, *args: Any, **kwargs: Any) -> Any: ...
