"""Make a private certificate authority and certificates signed by it (X.509 v3, RFC 5280; ECDSA P-256) with openssl."""

from __future__ import annotations

import ipaddress
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ...errors import UserError

# Certificates are valid from a little earlier, because clocks of two machines differ.
_EARLIER = timedelta(minutes=5)
_NAME = re.compile(r"(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?")
# `openssl ca` and not `openssl x509`, which takes no time to begin at; sections of extensions are those of RFC 5280.
_CONFIGURATION = """
[req]
distinguished_name = subject
string_mask = utf8only
[subject]
[ca]
default_ca = here
[here]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = policy
unique_subject = no
[policy]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, digitalSignature, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its private key, both as PEM."""

    cert: bytes
    key: bytes


def make_authority(name: str, lasts: timedelta) -> Certificate:
    """A self-signed authority."""
    return _signed(None, name, [], lasts)


def issue(authority: Certificate, name: str, hosts: Sequence[str], lasts: timedelta) -> Certificate:
    """A certificate for `hosts` (names and addresses), good for servers and for clients; `name` is its common name.

    A negative `lasts` gives one that has expired.
    """
    return _signed(authority, name, hosts, lasts)


def openssl() -> str:
    """The path of the program; UserError where there is none."""
    found = shutil.which("openssl")
    if found is None:
        raise UserError("the program openssl is not on the path; install it (Debian: apt-get install openssl).")
    return found


def subject_alternative(host: str) -> str:
    """A name or address as openssl writes it in an extension; UserError where it is neither."""
    try:
        return f"IP:{ipaddress.ip_address(host)}"
    except ValueError:
        if _NAME.fullmatch(host) is None:
            raise UserError(
                f"the host {host!r} is neither a name, such as seisbus.example.org, nor an address."
            ) from None
        return f"DNS:{host}"


def _signed(authority: Certificate | None, name: str, hosts: Sequence[str], lasts: timedelta) -> Certificate:
    """A new key and a certificate of it, signed by the authority or, without one, by itself as an authority."""
    end = datetime.now(UTC) + lasts
    start = min(datetime.now(UTC), end) - _EARLIER
    text = _CONFIGURATION
    if hosts:
        text += f"subjectAltName = {', '.join(map(subject_alternative, hosts))}\n"
    with tempfile.TemporaryDirectory(prefix="seisbus-certificate-") as place:
        folder = Path(place)
        (folder / "openssl.cnf").write_text(text.format(folder=folder))
        (folder / "index").touch()
        (folder / "serial").write_text(f"{secrets.randbits(159):040x}")
        _openssl(folder, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                 "-pkeyopt", "ec_param_enc:named_curve", "-out", "key")  # fmt: skip
        _openssl(folder, "req", "-new", "-config", "openssl.cnf", "-key", "key", "-subj", f"/CN={name}", "-out", "wish")
        signer = ["-selfsign", "-keyfile", "key", "-extensions", "authority"]
        if authority is not None:
            for part, content in (("ca.crt", authority.cert), ("ca.key", authority.key)):
                (folder / part).write_bytes(content)
            signer = ["-cert", "ca.crt", "-keyfile", "ca.key", "-extensions", "leaf"]
        _openssl(
            folder, "ca", "-batch", "-config", "openssl.cnf", "-in", "wish", "-out", "cert", "-notext", *signer,
            "-startdate", f"{start:%Y%m%d%H%M%SZ}", "-enddate", f"{end:%Y%m%d%H%M%SZ}",
        )  # fmt: skip
        return Certificate((folder / "cert").read_bytes(), (folder / "key").read_bytes())


def _openssl(folder: Path, *arguments: str) -> None:
    # files that it makes hold keys: the folder is its owner's alone
    done = subprocess.run([openssl(), *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(f"openssl {arguments[0]} ended with status {done.returncode}: {done.stderr.strip()}")
