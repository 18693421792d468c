"""Synthetics out of files: samples, start and rate as written; one sentence for what is no synthetic."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import obspy
import pytest

from libseis.asdf import opened, write_stream
from seisbus.fetcher.synthetics import SyntheticError, below, from_asdf, from_sac, from_specfem

ORIGIN = obspy.UTCDateTime(2020, 2, 2, 2, 0, 0)
DATA = np.sin(np.arange(500) / 9.0)


def trace(channel: str = "BXZ") -> obspy.Trace:
    header = {"network": "XX", "station": "S", "channel": channel, "delta": 0.03, "starttime": ORIGIN - 20}
    return obspy.Trace(DATA.copy(), header)


def test_specfem_text_starts_at_its_first_time_after_the_origin() -> None:
    text = "".join(f"{-20 + 0.03 * i:.7e} {value:.17g}\n" for i, value in enumerate(DATA))
    piece = from_specfem(text.encode(), "f", "XX", "S", "Z", ORIGIN.ns)
    assert (str(piece.channel), piece.t0_ns) == ("XX.S..BXZ", (ORIGIN - 20).ns)
    assert (piece.rate_numerator, piece.rate_denominator) == (100, 3)
    assert np.array_equal(np.frombuffer(piece.data, "<f8"), DATA)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("no numbers\n", "not a table of numbers"),
        ("1 2 3\n4 5 6\n", "expected two columns"),
        ("1 2\n", "expected two columns"),
        ("1 2\n1 3\n", "times do not rise"),
        ("0 2\n0.0001 3\n", "band code"),
        ("-inf 2\n0 3\n", "not seconds after the origin"),
        ("0 2\n1e300 3\n", "not seconds after the origin"),
        ("nan 2\n0 3\n", "not seconds after the origin"),
    ],
)
def test_what_is_no_specfem_text_is_said(text: str, problem: str) -> None:
    with pytest.raises(SyntheticError, match=problem) as caught:
        from_specfem(text.encode(), "a/b.semd", "XX", "S", "Z", ORIGIN.ns)
    assert "a/b.semd" in caught.value.message


@pytest.mark.parametrize(
    ("name", "units"), [("a.semd", "m"), ("a.BXZ.SEMV", "m/s"), ("b/a.sema", "m/s**2"), ("a.semp", "Pa"), ("a.txt", "")]
)
def test_specfem_names_say_the_units(name: str, units: str) -> None:
    assert from_specfem(b"0 1\n0.5 2\n", name, "XX", "S", "Z", 0).units == units


@pytest.mark.filterwarnings("ignore:Sample spacing read from SAC")
@pytest.mark.parametrize(
    ("idep", "named", "units"),
    [
        (6, "", "m"),
        (7, "", "m/s"),
        (8, "", "m/s**2"),
        (6, "nm", "nm"),
        (7, "nm/s", "nm/s"),
        (7, "nm", "m/s"),
        (5, "nm", ""),
    ],
)
def test_sac_headers_say_the_units(idep: int, named: str, units: str) -> None:
    made, buffer = trace(), io.BytesIO()
    made.stats.sac = {"idep": idep, "kuser0": named or "-12345"}
    made.write(buffer, format="SAC")
    assert from_sac(buffer.getvalue(), "f", "XX", "S", "Z").units == units


@pytest.mark.filterwarnings("ignore:Sample spacing read from SAC")  # of 0.03 s in single precision
def test_sac_keeps_start_and_rate() -> None:
    buffer = io.BytesIO()
    trace().write(buffer, format="SAC")
    piece = from_sac(buffer.getvalue(), "f", "XX", "S", "Z")
    assert (str(piece.channel), piece.t0_ns) == ("XX.S..BXZ", (ORIGIN - 20).ns)
    assert (piece.rate_numerator, piece.rate_denominator) == (100, 3)
    assert np.array_equal(np.frombuffer(piece.data, "<f8"), DATA.astype("f4").astype("f8"))
    with pytest.raises(SyntheticError, match="not a SAC file"):
        from_sac(b"something", "f", "XX", "S", "Z")


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore:Sample spacing read from SAC")
def test_sac_without_an_interval_is_said() -> None:
    buffer = io.BytesIO()
    trace().write(buffer, format="SAC")
    with pytest.raises(SyntheticError, match="sampling interval is 0 s"):
        from_sac(bytes(4) + buffer.getvalue()[4:], "f", "XX", "S", "Z")  # delta is SAC's first number


def test_asdf_gives_the_traces_of_the_tag(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with opened(path, "a") as file:
        write_stream(file, obspy.Stream([trace(), trace("BXN")]), "synthetic_i01s00")
    pieces = from_asdf(path, "XX", "S", "synthetic_i01s00")
    assert sorted(str(piece.channel) for piece in pieces) == ["XX.S..BXN", "XX.S..BXZ"]
    for piece in pieces:
        assert np.array_equal(np.frombuffer(piece.data, "<f8"), DATA)
    for station, tag in (("S", "synthetic"), ("T", "synthetic_i01s00")):
        with pytest.raises(SyntheticError):
            from_asdf(path, "XX", station, tag)


def test_a_damaged_asdf_file_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with opened(path, "a") as file:
        write_stream(file, obspy.Stream([trace()]), "synthetic")
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole.replace(b"TREE", b"EERT"), b""):
        path.write_bytes(damaged)
        with pytest.raises(SyntheticError, match=r"The synthetic a\.h5 cannot be read: .+"):
            from_asdf(path, "XX", "S", "synthetic")


def test_nothing_outside_the_input_folder_is_read(tmp_path: Path) -> None:
    root = tmp_path / "input"
    root.mkdir()
    (tmp_path / "secret").write_text("x")
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "file").write_text("x")
    assert below(root, "file") == root / "file"
    for name in ("../secret", "link", str(tmp_path / "secret")):
        with pytest.raises(SyntheticError, match="outside the input folder"):
            below(root, name)
    with pytest.raises(SyntheticError, match="no such file"):
        below(root, "other")
    with pytest.raises(SyntheticError, match="SEISBUS_INPUT_ROOT"):
        below(None, "file")
