"""Text tables, tables of attribute names, parameter trees, and the schema without stations."""

from __future__ import annotations

import json
import pickle
from collections import OrderedDict
from pathlib import Path

import pandas as pd
import pytest

from libseis.errors import MsPASSError
from libseis.mspass.converter import AntelopePf2dict, Pf2AttributeNameTbl, Textfile2Dataframe
from libseis.mspass.global_history.ParameterGTree import (
    ParameterGTree,
    parameter_to_GTree,
    params_to_parameters_dict,
    str_to_parameters_dict,
)
from libseis.mspass.schema import DatabaseSchema, MetadataSchema
from libseis.mspass.schema.locating import read_aliases
from libseis.mspass.tables import attribute_map
from libseis.mspass.utility import AntelopePf, pfread

PF = AntelopePf(
    """
    alg  LeastSquares
    rows &Tbl{
    wfid  INT    -1
    time  epochtime  -9999999999.999
    dir   string -
    used  boolean false
    }
    deep &Arr{
      damping 1.5
      inner &Arr{
        n 3
      }
    }
    """.splitlines()
)


def test_a_table_of_attributes() -> None:
    names, kinds, nulls = Pf2AttributeNameTbl(PF, tag="rows")
    assert names == ["wfid", "time", "dir", "used"] and kinds == [int, float, str, bool]
    assert nulls == {"wfid": -1, "time": -9999999999.999, "dir": "-", "used": False}
    for row, text in (
        ("x complex 1", "must be a name"),
        ("x int", "must be a name"),
        ("x int many", "not of type int"),
    ):
        with pytest.raises(MsPASSError, match=text):
            Pf2AttributeNameTbl(AntelopePf(["attributes &Tbl{", row, "}"]))
    with pytest.raises(MsPASSError, match="no table 'attributes'"):
        Pf2AttributeNameTbl(PF)


def test_the_packaged_table_agrees_with_the_alias_sets_and_the_schema() -> None:
    pf = pfread("attribute_maps.pf")
    assert pf.arr_keys() == ["css3.0", "mspass", "sac"]
    maps = {
        name: {table: Pf2AttributeNameTbl(pf.get_branch(name), table) for table in pf.get_branch(name).tbl_keys()}
        for name in pf.arr_keys()
    }
    assert set(maps["css3.0"]) == {"wfdisc", "site", "sitechan", "origin", "arrival", "assoc", "snetsta"}
    assert maps["css3.0"]["wfdisc"][0][:4] == ["sta", "chan", "time", "wfid"] and len(maps["css3.0"]["wfdisc"][0]) == 20
    assert set(read_aliases("sac.yaml").values()) <= set(attribute_map("sac", "header"))
    for mspass, sac in read_aliases("sac.yaml").items():
        assert attribute_map("sac", "header")[sac] == mspass
    for mspass, css in read_aliases("css3.0.yaml").items():
        table, _, name = css.rpartition(".")
        homes = [table] if table else [t for t in maps["css3.0"] if name in attribute_map("css3.0", t)]
        assert mspass in {attribute_map("css3.0", home).get(name) for home in homes}
    # types are those of the schema of the same names
    schema = MetadataSchema().TimeSeries
    for standard, tables in maps.items():
        for table, (names, kinds, nulls) in tables.items():
            assert set(nulls) == set(names)
            for name, kind in zip(names, kinds, strict=True):
                ours = attribute_map(standard, table).get(name)
                if ours is not None and schema.is_defined(ours) and ours != "source_event_id":
                    assert schema.type(ours) is kind, (standard, table, name)


def test_a_wfdisc_is_read_with_the_packaged_names(tmp_path: Path) -> None:
    row = "HEC  BHZ  1299822483.20000  1  -1  2011070  1299826083.2  144000  40.0  0.5  -1.0  -  o  s4  -  data  x.w"
    row += "  0  -1  2011"
    (tmp_path / "x.wfdisc").write_text(f"{row}\n{row.replace('HEC ', 'PAS ')}\n")
    names, _, nulls = Pf2AttributeNameTbl(pfread("attribute_maps.pf").get_branch("css3.0"), "wfdisc")
    wanted = attribute_map("css3.0", "wfdisc")
    table = Textfile2Dataframe(
        tmp_path / "x.wfdisc", attribute_names=names, null_values=nulls, attributes_to_use=list(wanted),
        rename_attributes=wanted, insert_column={"net": "CI"},
    )  # fmt: skip
    first = table.iloc[0].to_dict()
    assert first["starttime"] == 1299822483.2 and first["npts"] == 144000 and first["sampling_rate"] == 40.0
    assert (first["net"], first["sta"], first["dir"], first["dfile"], first["foff"]) == ("CI", "HEC", "data", "x.w", 0)
    whole = Textfile2Dataframe(tmp_path / "x.wfdisc", attribute_names=names, null_values=nulls)
    assert whole["calper"].isna().all() and whole["instype"].isna().all() and whole.shape == (2, 20)


@pytest.mark.parametrize("parallel", [False, True])
def test_a_table_with_types_and_equal_rows(tmp_path: Path, parallel: bool) -> None:
    path = tmp_path / "typed.csv"
    path.write_text("integer,float,text,unused\n1,1.5,10,first\n1,1.5,10,duplicate\n2,2.5,20,second\n")
    table = Textfile2Dataframe(
        path,
        separator=",",
        type_dict={"integer": "int16", "float": "float32", "text": "string"},
        attributes_to_use=["integer", "float", "text"],
        one_to_one=False,
        rename_attributes={"integer": "renamed"},
        parallel=parallel,
    )
    assert isinstance(table, pd.DataFrame) and [str(t) for t in table.dtypes][:2] == ["int16", "float32"]
    assert table.to_dict("records") == [
        {"renamed": 1, "float": 1.5, "text": "10"},
        {"renamed": 2, "float": 2.5, "text": "20"},
    ]
    with pytest.raises(KeyError, match="no column missing"):
        Textfile2Dataframe(path, separator=",", type_dict={"missing": "int64"})
    with pytest.raises(MsPASSError, match="4 columns, and attribute_names 2"):
        Textfile2Dataframe(path, separator=",", attribute_names=["a", "b"])
    with pytest.raises(MsPASSError, match="attribute_names must be given"):
        Textfile2Dataframe(path, separator=",", header_line=-1)


def tree() -> ParameterGTree:
    return ParameterGTree(OrderedDict(alg="LeastSquares", pf=AntelopePf2dict(PF), object_history="True"))


def test_a_tree_of_parameters() -> None:
    t = tree()
    assert t.get_leaf_keys() == ["alg", "object_history"] and t.get_branch_keys() == ["pf"]
    assert t.get("pf.deep.inner.n") == t.get(["pf", "deep", "inner", "n"]) == t["pf"]["deep"]["inner"]["n"] == 3
    assert json.dumps(t) == json.dumps(t.asdict()) and type(t.asdict()["pf"]) is OrderedDict
    t.put("a.b.c", 1)
    t.put("a.b.c", 2)
    assert t["a"].get_branch("b").get_leaf("c") == 2
    assert pickle.loads(pickle.dumps(t)) == t and isinstance(pickle.loads(pickle.dumps(t))["pf"], ParameterGTree)
    assert (
        t.prune("alg") == "LeastSquares" and t.prune("pf") == AntelopePf2dict(PF) and list(t) == ["object_history", "a"]
    )


def test_what_a_tree_refuses() -> None:
    t = tree()
    for call, text in (
        (lambda: t["no"], "there is no 'no'"),
        (lambda: t.get("pf.no"), "no leaf 'no'"),
        (lambda: t.get("alg.no"), "no branch 'alg'"),
        (lambda: t.prune("no"), "there is no 'no'"),
        (lambda: t.put("alg.x", 1), "no branch 'alg'"),
        (lambda: t.put("pf", 1), "there is a branch with the key 'pf'"),
        (lambda: t.put("alg", OrderedDict(a=1)), "there is a leaf with the key 'alg'"),
        (lambda: t.get(""), "is empty"),
        (lambda: ParameterGTree({"a": 1}), "must be an OrderedDict"),
    ):
        with pytest.raises(MsPASSError, match=text):
            call()


def test_arguments_become_a_tree(tmp_path: Path) -> None:
    (tmp_path / "a.pf").write_text("x 1\nbranch &Arr{\n y 2.5\n}\n")
    (tmp_path / "b.yaml").write_text("z: [1, 2]\n")
    (tmp_path / "c.txt").write_text("")
    t = parameter_to_GTree(3, pf=tmp_path / "a.pf", yaml=tmp_path / "b.yaml")
    assert t["arg_0"] == "3" and t.get("pf.branch.y") == 2.5 and t["yaml"] == {"z": [1, 2]}
    assert dict(parameter_to_GTree(parameters_str="a, b, c=d")) == {"arg_0": "a", "arg_1": "b", "c": "d"}
    assert params_to_parameters_dict(1, k=None) == OrderedDict(arg_0="1", k="None")
    with pytest.raises(MsPASSError, match="must end in"):
        parameter_to_GTree(file=tmp_path / "c.txt")
    with pytest.raises(MsPASSError, match="name=value"):
        str_to_parameters_dict("a=b=c")


def test_the_lite_schema() -> None:
    database, metadata = DatabaseSchema("mspass_lite.yaml"), MetadataSchema("mspass_lite.yaml")
    full = MetadataSchema()
    waveforms = {"wf_TimeSeries", "wf_Seismogram", "wf_miniseed"}
    assert set(database._definitions) == waveforms | {"elog", "cemetery", "abortions", "history_object"}
    for kind in ("TimeSeries", "Seismogram"):
        lite, whole = getattr(metadata, kind), getattr(full, kind)
        names = set(lite.keys())
        assert names < set(whole.keys()) and {"sta", "chan", "npts", "starttime"} <= names
        assert not [k for k in names if k.startswith(("site_", "channel_", "source_"))]
        assert all(lite.type(k) == whole.type(k) for k in names - {"chan"})
