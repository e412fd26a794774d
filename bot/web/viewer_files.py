"""The page of sealed diagnostics as bytes, with the headers that keep it strict.

The same bytes go out for every address, so a look at one tells nothing. No inline
code, no foreign code, no framing, nothing that turns text into markup.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_TYPES = {
    "viewer.js": "text/javascript; charset=utf-8",
    "viewer.css": "text/css; charset=utf-8",
    "viewer-licences.txt": "text/plain; charset=utf-8",
}
_PAGE = "viewer.html"
_SCRIPT = "viewer.js"
_OFF = (
    *("accelerometer", "autoplay", "camera", "clipboard-read", "clipboard-write"),
    *("display-capture", "encrypted-media", "fullscreen", "geolocation", "gyroscope"),
    *("magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
    *("publickey-credentials-get", "screen-wake-lock", "usb"),
    "xr-spatial-tracking",
)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
STRICT: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive, nosnippet",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _OFF),
    "Strict-Transport-Security": "max-age=31536000",
}
"""On the page, on its files and on every answer to it."""


def viewer_routes() -> list[Route]:
    """Return the page under ``/d/…`` and its files under ``/share/…``."""
    named = [Route(f"/share/{name}", _file, name=name) for name in _TYPES]
    return [Route("/d/{share}", _page), *named]


def is_built() -> bool:
    """Tell whether the script was bundled; `make setup` does it."""
    return files("bot.web.viewer").joinpath(_SCRIPT).is_file()


async def _page(_: Request) -> Response:
    return Response(_bytes(_PAGE), media_type="text/html", headers=dict(STRICT))


async def _file(request: Request) -> Response:
    name = request.url.path.rpartition("/")[2]
    if not files("bot.web.viewer").joinpath(name).is_file():
        return Response(status_code=404, headers=dict(STRICT))
    headers = {**STRICT, "Content-Type": _TYPES[name]}
    return Response(_bytes(name), headers=headers)


@cache
def _bytes(name: str) -> bytes:
    return files("bot.web.viewer").joinpath(name).read_bytes()
