"""Whom reads of archives trust, as the environment says."""

from __future__ import annotations

from pathlib import Path

import pytest

from seisbus.errors import UserError
from seisbus.objects import ObjectReader


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_that_holds_no_certificates_is_said_at_once(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.pem"
    if content is not None:
        bundle.write_text(content)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
    with pytest.raises(UserError, match=r"AWS_CA_BUNDLE: .*bundle\.pem is not a file of certificates"):
        ObjectReader()
