"""The body of an alert as it is taken at the door, or why it is not.

What is in it is not looked at here. Who may send is `alerts.py`.
"""

from starlette.requests import Request
from starlette.responses import Response

from bot.web.answers import refused
from bot.web.body import NotReadable, TooLarge, read_body

KEPT = "The alert was not kept"
_MEDIA = ("json", "text/plain", "text/json", "x-www-form-urlencoded", "octet-stream")


def is_understood(content_type: str) -> bool:
    """Tell whether a content type is JSON or plain text, or is not said."""
    media = content_type.partition(";")[0].strip().lower()
    return media == "" or any(media.endswith(known) for known in _MEDIA)


async def alert_body(request: Request) -> bytes | Response:
    """Return the body, or why it is not taken."""
    try:
        body = await read_body(request)
    except TooLarge:
        return refused(
            413,
            "too_large",
            what=KEPT,
            because="it is larger than 1 MiB",
            next_move="Send fewer alerts at once.",
        )
    except NotReadable as error:
        return refused(
            400,
            "not_readable",
            what=KEPT,
            because=str(error),
            next_move="Send it plain, or as gzip.",
        )
    if body.strip():
        return body
    return refused(
        400,
        "empty",
        what=KEPT,
        because="the body is empty",
        next_move="Send the alert as JSON.",
    )
