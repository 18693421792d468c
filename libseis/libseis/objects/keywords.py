"""Keywords: the Metadata names that the data objects use."""

from __future__ import annotations

_NAMES = """
    npts delta starttime sampling_rate
    site_lat site_lon site_elev
    channel_lat channel_lon channel_elev channel_hang channel_vang
    source_lat source_lon source_depth source_time
    dfile dir foff tmatrix uuid rawdata net sta chan loc
    time_standard starttime_shift utc_convertible
"""


class KeywordDict(dict[str, str]):
    """A dict whose values are also attributes: `Keywords.npts` is `Keywords["npts"]`."""

    def __getattr__(self, name: str) -> str:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"there is no keyword '{name}'") from None


Keywords = KeywordDict({name: name for name in _NAMES.split()})
