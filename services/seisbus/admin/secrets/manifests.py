"""Convert a folder of secrets to Kubernetes Secrets, for clusters without a secret store."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from ...model.service import ServiceUser


def secret_manifests(folder: Path, namespace: str) -> str:
    """A YAML stream (JSON documents): one Secret per service with its own passwords, and the Secrets of the servers."""
    shared = {"ca.crt": folder / "ca.crt"}
    grpc = {name: folder / name for name in ("services.crt", "services.key")}
    found = []
    for user in ServiceUser:
        files = {
            **shared,
            "nats.password": folder / "nats" / f"{user}.password",
            "mongodb.password": folder / "mongodb" / f"{user}.password",
        }
        if user is ServiceUser.TOPOLOGY:
            files |= {f"{u}.password": folder / "mongodb" / f"{u}.password" for u in ServiceUser}
        elif user is ServiceUser.CONTROL:
            files |= {**grpc, "tokens": folder / "tokens"}
        found.append(_secret(f"seisbus-{user}", namespace, files))
    found.append(_secret("seisbus-web", namespace, {n: folder / n for n in ("ca.crt", "web.crt", "web.key")}))
    found.append(
        _secret("seisbus-nats-server", namespace, {n: folder / n for n in ("nats.crt", "nats.key", "nats.conf")})
    )
    found.append(
        _secret("seisbus-mongodb-server", namespace, {n: folder / n for n in ("mongodb.pem", "mongodb.keyfile")})
    )
    return "---\n".join(json.dumps(secret, indent=2) + "\n" for secret in found)


def _secret(name: str, namespace: str, files: dict[str, Path]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {"name": name, "namespace": namespace},
        "data": {key: base64.b64encode(path.read_bytes()).decode() for key, path in files.items()},
    }
