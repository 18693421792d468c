from libseis.mseed.table import Bytes, Integers
from libseis.segments.segment import Samples

def unpack(buffer: Bytes, begin: Integers, stop: Integers, counts: Integers, two: bool) -> Samples | None: ...
