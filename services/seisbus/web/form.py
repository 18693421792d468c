"""A new job, from fields or as YAML; a dry run says what it would need."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

from ..client import ClientError, Estimate
from ..errors import JobFileError
from ..extras import extra
from ..model.job import yaml_content
from .door import form_of
from .visit import Visit
from .words import as_yaml

with extra("web"):
    from starlette.exceptions import HTTPException
    from starlette.responses import RedirectResponse, Response

_FIELDS: Final = (
    ("title", ""), ("archive", ""), ("net", "*"), ("sta", "*"), ("loc", "*"), ("chan", "*"), ("start", ""), ("end", ""),
    ("length", "1h"), ("gaps", "kill"), ("tag", ""),
)  # fmt: skip
_TEXT: Final = """\
name: my first job
archive: local
select: {net: "*", sta: "*", chan: "BH?"}
windows:
  tile: {start: 2023-01-01, end: 2023-01-02, length: 1h}
output: {data_tag: first}
"""


async def new(visit: Visit) -> Response:
    """An empty form, or one with the specification of a job that there is (`of`)."""
    fields, text, way = dict(_FIELDS), _TEXT, "fields"
    if (job := visit.request.query_params.get("of", "")) != "":
        text, way = as_yaml((await visit.client.job(job)).spec), "yaml"
    return await _shown(visit, fields, text, way)


async def submit(visit: Visit) -> Response:
    """A dry run, or start the job."""
    given = await form_of(visit.request, visit.web.site)
    way = "yaml" if given.get("way") == "yaml" else "fields"
    fields = {name: given.get(name, usual).strip() for name, usual in _FIELDS}
    text = given.get("text", "") if way == "yaml" else as_yaml(spec_of(fields))
    request_id = given.get("request", "")
    try:
        if not isinstance(yaml_content(text), Mapping):
            raise JobFileError("Job file: expected keys and values, such as archive and windows.")
        if given.get("do") != "submit":
            estimate = await visit.client.estimate_text(text)
            return await _shown(visit, fields, text, way, estimate=estimate, request_id=request_id)
        job = await visit.client.submit_text(text, _checked(request_id))
    except JobFileError as error:
        return await _shown(visit, fields, text, way, said=error.message, request_id=request_id)
    except ClientError as error:
        if error.code not in ("INVALID_ARGUMENT", "NOT_FOUND", "FAILED_PRECONDITION", "OUT_OF_RANGE"):
            raise
        return await _shown(visit, fields, text, way, said=error.message, request_id=request_id)
    return RedirectResponse(f"/jobs/{job.id}", 303)


def spec_of(fields: Mapping[str, str]) -> dict[str, Any]:
    """The specification of a window job with tiles. Empty fields are left out; control says if one is needed."""
    select = {code: fields[code] for code in ("net", "sta", "loc", "chan") if fields[code] not in ("", "*")}
    tile = {name: fields[name] for name in ("start", "end", "length") if fields[name]}
    found: dict[str, Any] = {"name": fields["title"], "archive": fields["archive"], "select": select}
    found |= {"windows": {"tile": tile}, "gaps": fields["gaps"]}
    if fields["tag"]:
        found["output"] = {"data_tag": fields["tag"]}
    return {name: value for name, value in found.items() if value not in ("", {})}


def _checked(request_id: str) -> str:
    """The id of a form, so that a form that is sent twice starts only one job. HTTPException for other texts."""
    if not re.fullmatch(r"[0-9a-f-]{36}", request_id):
        raise HTTPException(400, "The form has no number of its own; load it again.")
    return request_id


async def _shown(
    visit: Visit, fields: Mapping[str, str], text: str, way: str, *, said: str = "", estimate: Estimate | None = None,
    request_id: str = "", status: int = 200,
) -> Response:  # fmt: skip
    archives = [archive.name for archive in await visit.client.archives()]
    return visit.page(
        "new.html", status, fields=fields, text=text, way=way, said=said, estimate=estimate, archives=archives,
        request_id=request_id or str(uuid.uuid4()), may_submit=visit.may("submitter"),
    )  # fmt: skip
