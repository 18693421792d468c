"""docker-compose.yml as Compose understands it: what its variables give to which service. No engine is needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from seisbus.admin.secrets.folder import Wishes, make_secrets
from seisbus.archive.definition import load_archives
from seisbus.settings import PROGRAMS, AllSettings, load_settings
from seisbus.web.site import Site

ROOT = Path(__file__).resolve().parents[3]
# who writes to the bucket, and who only reads
SINK_ROLES = {"writer": "writer", "control": "reader", "fetcher": "reader"}


def rendered(*files: str, **variables: str) -> dict[str, Any]:
    """The file, with others over it, with these variables, and no others of ours, set."""
    compose = Path(sys.executable).with_name("docker-compose")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SEISBUS_")} | variables
    over = [part for file in ("docker-compose.yml", *files) for part in ("--file", ROOT / file)]
    command = [compose, *over, "--profile", "s3", "config"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = yaml.safe_load(done.stdout)
    return found


def settings_of(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> AllSettings:
    """What a service makes of the environment of its container."""
    for name in [name for name in os.environ if name.startswith("SEISBUS_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return AllSettings()


def test_every_service_understands_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    services = rendered()["services"]
    defaults = settings_of(monkeypatch, {})
    for service in ("control", "indexer", "fetcher", "windower", "writer"):
        environment = services[service]["environment"]
        unknown = {n for n in environment if n.startswith("SEISBUS_")} - {
            f"SEISBUS_{field.upper()}" for field in AllSettings.model_fields
        }
        assert not unknown, service
        settings = settings_of(monkeypatch, environment)
        assert not settings.sink
        own = load_settings(PROGRAMS[service]).model_dump()
        assert own.items() <= settings.model_dump().items()
        for name in ("sink_orphan_seconds", "sink_clean_seconds", "job_windows", "user_steps", "job_kinds"):
            assert getattr(settings, name) == getattr(defaults, name)


def test_a_bucket_reaches_those_who_use_it_with_keys_of_their_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wanted = {
        "SEISBUS_SINK": "s3://bucket/prefix",
        "SEISBUS_SINK_ENDPOINT": "https://store.example.org",
        "SEISBUS_SINK_REGION": "us-west-2",
        "SEISBUS_SINK_ORPHAN_SECONDS": "7200",
        "SEISBUS_SINK_CLEAN_SECONDS": "60",
    }
    assert {f"SEISBUS_{name.upper()}" for name in AllSettings.model_fields if name.startswith("sink")} == set(wanted)
    keys = {role: tmp_path / f"{role}.ini" for role in ("writer", "reader")}
    files = {f"SEISBUS_SINK_{role.upper()}": str(path) for role, path in keys.items()}
    found = rendered(**wanted, **files)
    for name, service in found["services"].items():
        sources = {secret["target"]: secret["source"] for secret in service.get("secrets", ())}
        environment = service.get("environment", {})
        role = SINK_ROLES.get(name)
        if role is None:
            assert not {*environment} & {*wanted, "AWS_SHARED_CREDENTIALS_FILE"}, name
            assert not {"sink.writer", "sink.reader"} & set(sources.values()), name
            continue
        settings = settings_of(monkeypatch, environment)
        assert (settings.sink, settings.sink_endpoint) == ("s3://bucket/prefix", "https://store.example.org")
        assert (settings.sink_region, settings.sink_orphan_seconds) == ("us-west-2", 7200)
        assert settings.sink_clean_seconds == 60
        target = Path(environment["AWS_SHARED_CREDENTIALS_FILE"])
        assert target.parent == Path("/run/secrets")
        assert found["secrets"][sources[target.name]]["file"] == str(keys[role])
        # the network inside has no way out
        assert any(not (found["networks"][network] or {}).get("internal") for network in service["networks"])


def test_archives_of_ones_own_and_their_keys_reach_those_who_read_them(tmp_path: Path) -> None:
    archives, keys = tmp_path / "mine.toml", tmp_path / "keys.ini"
    found = rendered(SEISBUS_ARCHIVES=str(archives), SEISBUS_ARCHIVE_KEYS=str(keys))
    with_keys = set()
    for name in ("topology", "control", "indexer", "fetcher", "windower", "writer"):
        service = found["services"][name]
        (config,) = service["configs"]
        assert config["target"] == service["environment"]["SEISBUS_ARCHIVES_FILE"]
        assert found["configs"][config["source"]]["file"] == str(archives)
        sources = {secret["target"]: secret["source"] for secret in service["secrets"]}
        if (path := service["environment"].get("AWS_CONFIG_FILE")) is not None:
            assert found["secrets"][sources[Path(path).name]]["file"] == str(keys)
            with_keys.add(name)
        else:
            assert "archive.reader" not in sources.values()
    assert with_keys == {"indexer", "fetcher"}
    # without them both files are empty, which is no archive and no key
    plain = rendered()
    assert {plain["configs"]["archives"]["file"], plain["secrets"]["archive.reader"]["file"]} == {"/dev/null"}
    assert list(load_archives(Path("/dev/null"))) == list(load_archives())


def test_the_web_page_is_a_client_with_a_certificate_of_its_own(tmp_path: Path) -> None:
    make_secrets(tmp_path, Wishes())
    found = rendered(SEISBUS_SECRETS=str(tmp_path), SEISBUS_WEB_URL="https://page.example.org")
    service = found["services"]["web"]
    sources = {Path(secret["target"]).name: secret["source"] for secret in service["secrets"]}
    files = {name: Path(found["secrets"][source]["file"]) for name, source in sources.items()}
    assert all(path.is_file() for path in files.values())
    environment = service["environment"]
    site = Site.of(
        environment["SEISBUS_WEB_ADDRESS"], environment["SEISBUS_WEB_URL"],
        files[Path(environment["SEISBUS_WEB_TLS_CERT_FILE"]).name],
        files[Path(environment["SEISBUS_WEB_TLS_KEY_FILE"]).name],
    )  # fmt: skip
    assert site.secret and site.hosts == {"page.example.org"}
    assert files.keys() == {"ca.crt", "web.crt", "web.key"}


@pytest.mark.parametrize("files", [(), ("deploy/docker/compose.embedded.yml",)])
def test_each_image_of_ours_is_built_once(files: tuple[str, ...]) -> None:
    """Two builds of one image at a time do the work twice where the engine has no BuildKit."""
    services = rendered(*files)["services"]
    ours = [service["image"] for service in services.values() if service["image"].startswith("seisbus/")]
    built = [service["image"] for service in services.values() if "build" in service]
    assert sorted(built) == sorted(set(ours))
    stages = (ROOT / "deploy/docker/Dockerfile").read_text()
    for service in services.values():
        build = service.get("build", {"args": {}})
        if (name := build["args"].get("SERVICE")) is not None:
            assert f" AS shared-{name}\n" in stages
            assert f" AS before-{name}\n" in stages
            assert service["image"] == f"seisbus/{name}:latest"
