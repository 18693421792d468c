from typing import Any

import numpy as np
from numpy.typing import NDArray

from libseis.mseed.table import Bytes, Integers

HEADER_BYTES: int
SHORTEST: int
LONGEST: int
HEADER: np.dtype[np.void]

def parse(buffer: Bytes, offsets: Integers) -> NDArray[Any]: ...
def alike(found: NDArray[Any]) -> bool: ...
