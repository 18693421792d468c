"""Metadata: generic and typed access, conversions, what raises what, copies and pickles."""

from __future__ import annotations

import copy
import math
import pickle
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis.errors import MetadataKeyError, MetadataTypeError
from libseis.mspass.utility import ErrorSeverity, MDtype, Metadata_typedef, MsPASSError, copy_selected_metadata
from libseis.objects.metadata import Metadata

KEYS = st.text(max_size=8)
PLAIN = st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(max_size=8))


class TestGenericAccess:
    @given(st.dictionaries(KEYS, PLAIN))
    def test_a_dict_comes_back_sorted(self, values: dict[str, Any]) -> None:
        md = Metadata(values)
        assert dict(md) == values
        assert list(md) == sorted(values)
        assert md.keys() == set(values)
        assert len(md) == len(values)
        assert md.modified() == set()

    def test_an_absent_key_is_a_mspass_error_that_names_it(self) -> None:
        md = Metadata()
        for get in (md.get, md.get_double, md.get_long, md.get_bool, md.get_string, md.type, md.__getitem__):
            with pytest.raises(MsPASSError, match="'sta'") as caught:
                get("sta")
            assert caught.value.severity is ErrorSeverity.Invalid
            assert isinstance(caught.value, MetadataKeyError)
            assert caught.value.key == "sta"

    @pytest.mark.parametrize(
        ("given_value", "kept"),
        [
            (np.float32(0.5), 0.5),
            (np.float64(0.25), 0.25),
            (np.int64(3), 3),
            (np.uint8(3), 3),
            (np.bool_(True), True),
            (np.str_("a"), "a"),
            (MDtype.Long, MDtype.Long),
        ],
    )
    def test_numpy_scalars_become_python(self, given_value: object, kept: object) -> None:
        md = Metadata()
        md["k"] = given_value
        assert md["k"] == kept
        assert type(md["k"]) is type(kept)

    def test_other_objects_are_kept_by_reference(self) -> None:
        value = [1, 2]
        md = Metadata({"k": value, "z": np.array(3)})
        assert md["k"] is value
        assert Metadata(md)["k"] is value
        assert isinstance(md["z"], np.ndarray)

    def test_keys_are_text(self) -> None:
        md = Metadata({1: "one"})
        assert md["1"] == "one"
        with pytest.raises(TypeError):
            md[1] = 2  # type: ignore[index]
        md[b"k"] = 1  # type: ignore[index]
        assert "b'k'" in md

    def test_there_is_no_default_and_no_keyword_form(self) -> None:
        with pytest.raises(TypeError):
            Metadata().get("k", 1)  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            Metadata(k=1)  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="Metadata"):
            reversed(Metadata())  # type: ignore[call-overload]

    def test_equality_is_identity(self) -> None:
        md = Metadata({"a": 1})
        assert md != Metadata(md)
        assert hash(md) == hash(md)

    def test_repr(self) -> None:
        assert repr(Metadata({"b": 2.5, "a": 1})) == "Metadata({'a': 1, 'b': 2.500000})"


class TestTypedAccess:
    @pytest.mark.parametrize("value", [True, np.bool_(1), "1.0", [1.0], None])
    def test_get_double_refuses(self, value: object) -> None:
        with pytest.raises(MetadataTypeError, match="not numeric") as caught:
            Metadata({"k": value}).get_double("k")
        assert (caught.value.key, caught.value.wanted) == ("k", "double")

    @given(st.one_of(st.floats(allow_nan=False), st.integers(-(10**30), 10**30)))
    def test_get_double_of_a_number(self, value: float) -> None:
        assert Metadata({"k": value}).get_double("k") == float(value)

    def test_get_double_of_an_int_beyond_double(self) -> None:
        with pytest.raises(MetadataTypeError, match="outside double range"):
            Metadata({"k": 10**400}).get_double("k")

    @pytest.mark.parametrize(
        ("value", "why"),
        [(4.5, "not integer-valued"), (2**63, "outside long range"), (float(2**63), "outside long range"),
         (float("nan"), "not integer-valued"), (float("inf"), "not integer-valued"), (True, "not numeric"),
         ("4", "not numeric")],
    )  # fmt: skip
    def test_get_long_refuses(self, value: object, why: str) -> None:
        with pytest.raises(MetadataTypeError, match=why):
            Metadata({"k": value}).get_long("k")

    @given(st.integers(-(2**63), 2**63 - 1))
    def test_get_long(self, value: int) -> None:
        assert Metadata({"k": value}).get_long("k") == value
        assert Metadata({"k": float(value % 2**53)}).get_long("k") == value % 2**53

    @pytest.mark.parametrize(
        ("value", "truth"), [(1, True), (0.0, False), (" Yes ", True), ("NO", False), ("true", True)]
    )
    def test_get_bool(self, value: object, truth: bool) -> None:
        assert Metadata({"k": value}).get_bool("k") is truth

    @pytest.mark.parametrize("value", [2, 0.5, "maybe", None, float("nan")])
    def test_get_bool_refuses(self, value: object) -> None:
        with pytest.raises(MetadataTypeError, match="not boolean"):
            Metadata({"k": value}).get_bool("k")

    def test_putters_are_strict(self) -> None:
        md = Metadata()
        md.put_double("d", 3)
        assert (md["d"], md.type("d")) == (3.0, "double")
        for put, wrong in (
            (md.put_double, "x"),
            (md.put_long, 1.0),
            (md.put_bool, 1),
            (md.put_string, 1),
            (md.put_long, 2**63),
        ):
            with pytest.raises(TypeError):
                put("k", wrong)  # type: ignore[operator]
        assert "k" not in md

    def test_type_names(self) -> None:
        md = Metadata({"a": 1.0, "b": 1, "c": True, "d": "x", "e": [], "f": 2**70})
        assert [md.type(k) for k in md] == ["double", "long", "bool", "string", "<class 'list'>", "<class 'int'>"]


class TestEditing:
    def test_modified(self) -> None:
        md = Metadata({"a": 1, "b": 2})
        md["c"] = 3
        md.change_key("a", "x")
        md.change_key("nothing", "b")
        assert md.modified() == {"c"}
        assert dict(md) == {"b": 2, "c": 3, "x": 1}
        md.erase("c")
        md.erase("c")
        md += Metadata({"b": 5})
        assert md.modified() == {"b"}
        md.clear_modified()
        assert md.modified() == set()

    def test_addition_lets_the_right_side_win(self) -> None:
        left = Metadata({"a": 1, "b": 1})
        both = left + Metadata({"b": 2})
        assert dict(both) == {"a": 1, "b": 2}
        assert dict(left) == {"a": 1, "b": 1}

    def test_append_chain(self) -> None:
        md = Metadata({"n": 1})
        md.append_chain("k", "a", ":")
        md.append_chain("k", "b", ":")
        assert md["k"] == "a:b"
        with pytest.raises(MsPASSError):
            md.append_chain("n", "a", ":")

    def test_copies_and_pickles(self) -> None:
        md = Metadata({"a": [1], "b": "x"})
        md["c"] = 2.0
        for twin in (copy.deepcopy(md), pickle.loads(pickle.dumps(md))):
            assert dict(twin) == dict(md)
            assert twin.modified() == {"c"}
            assert twin["a"] is not md["a"]

    def test_selected_copy(self) -> None:
        source, target = Metadata({"x": 3, "n": 4.0, "s": "t", "b": "yes"}), Metadata()
        types = {"x": MDtype.Double, "n": MDtype.Long, "s": MDtype.String, "b": MDtype.Boolean, "zz": MDtype.Invalid}
        wanted = [Metadata_typedef(tag, mdt) for tag, mdt in types.items()]
        assert copy_selected_metadata(source, target, wanted) == 4
        assert dict(target) == {"x": 3.0, "n": 4, "s": "t", "b": True}
        with pytest.raises(MsPASSError):
            copy_selected_metadata(source, target, [Metadata_typedef("s", MDtype.Long)])

    @given(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False))
    def test_short_types_have_the_range_and_the_digits_of_32_bits(self, whole: int, real: float) -> None:
        source = Metadata({"n": whole, "x": real})
        for mdt, fits in ((MDtype.Integer, -(2**31) <= whole < 2**31), (MDtype.Int32, -(2**31) <= whole < 2**31),
                          (MDtype.Long, True), (MDtype.Int64, True)):  # fmt: skip
            self.copied(source, "n", mdt, whole if fits else None)
        short = struct.unpack("f", struct.pack("f", real))[0] if abs(real) < 3.4028235e38 else real
        fits = abs(real) < 3.4028235e38 or math.isinf(real)
        for mdt in (MDtype.Real, MDtype.Real32):
            self.copied(source, "x", mdt, short if fits else None)
        for mdt in (MDtype.Double, MDtype.Real64):
            self.copied(source, "x", mdt, real)

    def copied(self, source: Metadata, tag: str, mdt: MDtype, expected: float | None) -> None:
        target = Metadata()
        if expected is None:
            with pytest.raises(MsPASSError, match=f"'{tag}' = .* is outside the range of a 32 bit"):
                copy_selected_metadata(source, target, [Metadata_typedef(tag, mdt)])
            assert dict(target) == {}
        else:
            assert copy_selected_metadata(source, target, [Metadata_typedef(tag, mdt)]) == 1
            assert target[tag] == expected


def test_copies_do_not_share_what_counts_as_modified() -> None:
    md = Metadata({"a": 1})
    md["b"] = 2
    for other in (Metadata(md), copy.copy(md), copy.deepcopy(md), pickle.loads(pickle.dumps(md))):
        other["c"] = 3
        assert (md.modified(), other.modified()) == ({"b"}, {"b", "c"})
        md["d"] = 4
        other.erase("b")
        assert (md.modified(), other.modified()) == ({"b", "d"}, {"c"})
        md.erase("d")
    twins = pickle.loads(pickle.dumps([md, Metadata(md)]))
    twins[0].put("e", 5)
    assert twins[1].modified() == {"b"} and Metadata().modified() == set()
    md.clear_modified()
    md["f"] = 6
    assert md.modified() == {"f"} and Metadata().modified() == set()
