"""How the HTTP doors answer: one shape for every refusal."""

from collections.abc import Mapping

from starlette.responses import JSONResponse


def refused(
    status: int,
    error: str,
    *,
    what: str,
    because: str,
    next_move: str,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return a refusal that says what did not happen, why, and the next move."""
    return JSONResponse(
        {"error": error, "what": what, "because": because, "next_move": next_move},
        status_code=status,
        headers=dict(headers or {}),
    )
