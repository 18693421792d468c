from typing import Any

from numpy.typing import NDArray

from libseis.mseed.table import Bytes, Integers

def right(body: bytes | Bytes | memoryview, encoding: int, big_endian: bool, samples: NDArray[Any]) -> int: ...
def version2(
    records: bytes | Bytes | memoryview, samples: NDArray[Any], codes: bytes, hz: float
) -> tuple[str, Integers, Integers]: ...
