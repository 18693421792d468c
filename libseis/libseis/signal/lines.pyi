import numpy as np
from numpy.typing import NDArray

def remove_line(x: NDArray[np.float64]) -> tuple[float, float]: ...
