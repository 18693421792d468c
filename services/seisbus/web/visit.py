"""What handlers work with: the parts that all of them share, and the visitor."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final

from ..client.paged import Caller, PagedClient
from ..extras import extra
from .callers import Callers, may
from .door import form_mark, keep_mark, token_of
from .live import Live
from .memory import Memory
from .site import Site

with extra("web"):
    import bokeh
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, Response

SEISBUS_VERSION: Final = version("seisbus")


@dataclass(frozen=True, slots=True)
class Web:
    """What all handlers share."""

    site: Site
    callers: Callers
    live: Live = field(default_factory=Live)
    # answers that change with the job, and answers that do not change
    recent: Memory = field(default_factory=lambda: Memory(2.0))
    lasting: Memory = field(default_factory=lambda: Memory(600.0))
    templates: Environment = field(
        default_factory=lambda: Environment(
            loader=PackageLoader("seisbus.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True,
        )
    )  # fmt: skip

    def part(self, template: str, **values: Any) -> str:
        """A part of a page."""
        return self.templates.get_template(template).render(**values)

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """A whole page."""
        common = {
            "mark": form_mark(request),
            "caller": getattr(request.state, "caller", None),
            "path": request.url.path,
            "version": SEISBUS_VERSION,
            "bokeh_version": bokeh.__version__,
            "control": self.callers.address,
            "can_log_out": bool(token_of(request)),
        }
        response = HTMLResponse(self.part(template, **common, **values), status)
        keep_mark(request, response, self.site)
        return response


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: the caller, and the client that acts for the caller."""

    web: Web
    request: Request
    client: PagedClient
    caller: Caller
    token: str

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page of this visit."""
        return self.web.page(self.request, template, status, **values)

    def may(self, role: str) -> bool:
        """Whether the visitor has the rights of a role."""
        return may(self.caller, role)
