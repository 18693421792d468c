"""`python -m seisbus.admin.secrets FOLDER`: make the secrets of a deployment that are missing; deploy/make-secrets."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ...errors import UserError
from .folder import Wishes, check, make_secrets
from .manifests import secret_manifests


def main(arguments: list[str] | None = None) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="make-secrets", description=__doc__)
    parser.add_argument("folder", type=Path, help="where they go; kept out of version control and backups")
    parser.add_argument("--host", action="append", default=[], help="a name or address under which control is called")
    parser.add_argument("--namespace", default="seisbus", help="the namespace in Kubernetes")
    parser.add_argument("--renew", action="store_true", help="new certificates of the same authority")
    parser.add_argument("--kubernetes", type=Path, metavar="FILE", help="write them as Secret manifests, too")
    given = parser.parse_args(arguments)
    wishes = Wishes(hosts=tuple(given.host), namespace=given.namespace)
    try:
        check(wishes)
    except UserError as error:
        print(f"make-secrets: nothing was made, because {error}", file=sys.stderr)
        return 2
    made = make_secrets(given.folder, wishes, renew=given.renew)
    for path in made:
        print(f"made {path}")
    print(f"{given.folder}: {len(made)} made, the rest kept")
    if given.kubernetes is not None:
        given.kubernetes.touch(mode=0o600)
        given.kubernetes.write_text(secret_manifests(given.folder, given.namespace))
        print(f"made {given.kubernetes}: kubectl apply -f {given.kubernetes}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
