from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

@final
class SphericalCoordinate:
    radius: float
    theta: float
    phi: float
    def __init__(self, source: SphericalCoordinate | ArrayLike | None = None, /) -> None: ...
    @property
    def unit_vector(self) -> NDArray[np.float64]: ...
