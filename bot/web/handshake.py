"""The handshake by which a sender of CloudEvents asks whether it may send at all.

Nothing is fetched: a sender that wants to be called back (``WebHook-Request-Callback``)
is answered here and now, or not at all.

Source:
    CloudEvents, "HTTP 1.1 Web Hooks for Event Delivery" 1.0.2, section 4.
"""

from collections.abc import Mapping

from starlette.responses import Response

_ALLOW = "POST, OPTIONS"


def permission(headers: Mapping[str, str]) -> Response:
    """Return that whoever asks may send; whether it may ask was decided before.

    Args:
        headers: Of the request, found in any case of letters.
    """
    answer = {"Allow": _ALLOW}
    origin = headers.get("webhook-request-origin", "")
    if origin:
        answer["WebHook-Allowed-Origin"] = origin
        # Nothing is slowed down at the door: what comes in is kept.
        answer["WebHook-Allowed-Rate"] = "*"
    return Response(status_code=200, headers=answer)
