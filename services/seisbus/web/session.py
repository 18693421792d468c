"""Log in with a token, and log out."""

from __future__ import annotations

from ..client.bearer import is_token
from ..extras import extra
from .callers import LoginError
from .door import FormError, forget_token, form_of, keep_token, own_path, token_of

with extra("web"):
    from starlette.requests import Request
    from starlette.responses import RedirectResponse, Response


async def show_login(request: Request) -> Response:
    """The form for a token."""
    again = "The token is not valid any more; log in again." if request.query_params.get("again") else ""
    return _form(request, own_path(request.query_params.get("back", "/")), again)


def _form(request: Request, back: str, said: str, status: int = 200) -> Response:
    web = request.app.state.web
    shown: Response = web.page(request, "login.html", status, back=back, said=said, secret=web.site.secret)
    return shown


async def login(request: Request) -> Response:
    """Accept a token that control knows."""
    web = request.app.state.web
    fields = await form_of(request, web.site)
    if not web.site.secret:
        raise FormError("A token is only taken over HTTPS: put a proxy with a certificate in front of the page.")
    back, token = own_path(fields.get("back", "/")), fields.get("token", "").strip()
    if not is_token(token):
        return _form(request, back, "That is not a token, which is one word of letters, digits and -._~+/.", 400)
    try:
        await web.callers.who(token)
    except LoginError:
        return _form(request, back, "Control does not know this token.", 403)
    response = RedirectResponse(back, 303)
    keep_token(response, token, web.site)
    return response


async def logout(request: Request) -> Response:
    """Forget the token."""
    web = request.app.state.web
    await form_of(request, web.site)
    response = RedirectResponse("/login" if token_of(request) else "/", 303)
    forget_token(response)
    return response
