"""Answers in HTML, and the pages that say no. Sentences of refusals stand here."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.domain.commands import PersonKind
from bot.web import rendering

_ASK = "Type /incident page in Slack; the answer has a link that works once."
_ASK_SLACK = f"Sign in with Slack. Or: {_ASK[0].lower()}{_ASK[1:]}"
_WHY_NOT: Mapping[PersonKind, str] = {
    PersonKind.GUEST: "Guests of the workspace do not read the incidents here.",
    PersonKind.EXTERNAL: "People from another organization do not read them here.",
    PersonKind.BOT: "Bots do not read them here.",
    PersonKind.DEACTIVATED: "This Slack account is deactivated.",
    PersonKind.UNKNOWN: "Slack does not say right now who you are.",
}


def page(
    html: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """Return a page; strict headers are added to every answer."""
    return HTMLResponse(html, status_code=status, headers=dict(headers or {}))


def wants_page(request: Request) -> bool:
    """Tell whether a browser asks, not a script."""
    return "text/html" in request.headers.get("accept", "")


def not_reading(
    kind: PersonKind | None, *, again: str = "", sign_in: str = ""
) -> Response:
    """Answer somebody who may not read now.

    Args:
        again: Path to try once more: a browser that comes from another site, such
            as Slack, leaves the cookie away the first time.
        sign_in: Path at which Slack is asked who they are, "" for none.
    """
    if kind is None:
        html = rendering.message_page(
            "Sign in to read this",
            because="Nothing is shown, because this browser is not signed in. If it "
            "is, open the page once more: after a link from elsewhere browsers leave "
            "out who you are.",
            next_move=_ASK_SLACK if sign_in else _ASK,
            again=again,
            sign_in=sign_in,
        )
        return page(html, status=403)
    asks_again = kind is PersonKind.UNKNOWN
    html = rendering.message_page(
        "Nothing is shown",
        because=_WHY_NOT.get(kind, _WHY_NOT[PersonKind.UNKNOWN]),
        next_move="Try again in a minute."
        if asks_again
        else "Ask a full member of this workspace for what you need.",
        again=again if asks_again else "",
    )
    return page(html, status=503 if asks_again else 403)


def dead_link() -> Response:
    """Answer a sign-in link that opens nothing, whatever the reason is."""
    html = rendering.message_page(
        "This link does not work",
        because="You were not signed in: it was used before, it is older than ten "
        "minutes, or it was not copied whole.",
        next_move=_ASK,
    )
    return page(html, status=404)


def slow_down() -> Response:
    """Answer an address that showed too many wrong links."""
    html = rendering.message_page(
        "Too many wrong links",
        because="You were not signed in: too many links that do not work came from "
        "this address.",
        next_move="Wait a minute, then press the button again.",
    )
    return page(html, status=429, headers={"Retry-After": "60"})


def not_ours() -> Response:
    """Answer a form that another site sent."""
    html = rendering.message_page(
        "Nothing was done",
        because="The form was not sent from a page of this server.",
        next_move="Open the link from Slack yourself and press its button.",
    )
    return page(html, status=403)


def not_signed_in(*, again: str) -> Response:
    """Answer a way back from Slack that signs nobody in, whatever the reason is.

    Args:
        again: Path at which signing in begins anew.
    """
    html = rendering.message_page(
        "You were not signed in",
        because="Slack did not say who you are, it took longer than ten minutes, or "
        "signing in was begun in another browser.",
        next_move="Sign in once more, in this browser.",
        sign_in=again,
    )
    return page(html, status=403)


def signed_in(*, onward: str) -> Response:
    """Answer somebody who came back from Slack and is signed in now.

    A page and no redirect: browsers send the new cookie only where they go from a
    page of ours.
    """
    html = rendering.message_page(
        "You are signed in",
        because="Slack says who you are. You stay signed in on this browser for "
        "twelve hours.",
        next_move="The page opens by itself.",
        onward=onward,
    )
    return page(html)


def back_to_link() -> Response:
    """Answer somebody who signed in because a sealed link asked for it."""
    html = rendering.message_page(
        "You are signed in",
        because="The page with your sealed link waits in the other tab.",
        next_move="Close this tab, go back to that one, and press Open now.",
    )
    return page(html)


def signed_out() -> Response:
    """Answer somebody who left."""
    html = rendering.message_page(
        "You are signed out",
        because="This browser shows the incidents to nobody any more.",
        next_move=_ASK,
    )
    return page(html)


def nothing_here(*, reader: str = "") -> Response:
    """Answer for an address that leads nowhere."""
    html = rendering.message_page(
        "There is nothing here",
        because="Nothing is shown: no page has this address.",
        next_move="Look at the address, or go to the board."
        if reader
        else "Look at the address.",
        reader=reader,
    )
    return page(html, status=404)


def our_fault() -> Response:
    """Answer after a failure of ours; what it was stands in the bot's log."""
    html = rendering.message_page(
        "Something failed on our side",
        because="The page could not be shown.",
        next_move="Reload it; the log of the bot has the details.",
    )
    return page(html, status=500)
