"""Times as text: never a later moment than was given, whoever writes them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis.asdf.waveforms import waveform_name
from libseis.isotime import iso, utc
from seisbus.cli.views import moment_text
from seisbus.model.times import moment_ns

# the last nanosecond of a day: divided by 1e9 it is the next day's first moment
LAST_NS = 1_300_060_800_000_000_000 - 1
TIMES = st.integers(-(2**63), 2**63 - 1)


@given(TIMES)
def test_a_text_says_the_very_nanosecond(ns: int) -> None:
    text = iso(ns)
    assert moment_ns(text) == ns
    assert (text.endswith("Z") and not text.endswith(("0Z", ".Z"))) or "." not in text


@given(TIMES, st.integers(0, 9))
def test_decimals_are_cut_off_and_not_rounded(ns: int, decimals: int) -> None:
    step = 10 ** (9 - decimals)
    text = iso(ns, decimals)
    assert np.datetime64(text[:-1], "ns").astype(np.int64) == ns // step * step or ns // step * step < -(2**63)
    assert len(text.partition(".")[2].rstrip("Z")) == decimals


def test_years_before_1000_have_four_digits() -> None:
    assert iso(-62_135_596_800_000_000_000) == "0001-01-01T00:00:00Z"


@pytest.mark.parametrize("ns", [LAST_NS, LAST_NS - 100])
def test_what_is_shown_and_named_is_the_second_that_it_was(ns: int) -> None:
    """The command line divided by 1e9 first, and showed the next day."""
    assert moment_text(ns) == "2011-03-13 23:59:59"
    assert utc(ns) == datetime(2011, 3, 13, 23, 59, 59, 999_999, UTC)
    assert waveform_name("CI.A..BHZ", ns, ns, "x", exact=False).split("__")[1] == "2011-03-13T23:59:59"
    assert waveform_name("CI.A..BHZ", ns, ns, "x", exact=True).split("__")[1] == iso(ns)[:-1]
