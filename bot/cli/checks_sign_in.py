"""What `tocsin doctor` looks at in signing in: that who must sign in also can."""

import asyncio
from collections.abc import Iterator

from bot.cli.checks import FAIL, OK, WARN, Check
from bot.config import Settings, secret

_GUIDE = "See docs/guides/sign-in.md."


def look(settings: Settings) -> Iterator[Check]:
    """Look at the app's client, the address, Slack's keys, and the proxies."""
    yield _client(settings)
    if settings.slack.client_id and secret(settings.slack.client_secret):
        yield _address(settings)
        yield asyncio.run(_keys())
    yield _proxies(settings)


def _client(settings: Settings) -> Check:
    name, required = "sign-in", settings.web.sign_in == "required"
    if not secret(settings.slack.bot_token):
        says = "with the practice workspace"
        return Check(name=name, state=OK, says=_said(says, required=required))
    has_id = bool(settings.slack.client_id)
    has_secret = bool(secret(settings.slack.client_secret))
    if has_id and has_secret:
        says = "with Slack, and by links from Slack"
        return Check(name=name, state=OK, says=_said(says, required=required))
    if has_id != has_secret or required:
        missing = "client_secret" if has_id else "client_id"
        says = f"slack.{missing} is not set, so nobody signs in with Slack"
        return Check(name=name, state=FAIL, says=says, next_move=_GUIDE)
    says = "by links from Slack only; whoever holds a sealed link can open it"
    return Check(name=name, state=OK, says=says)


def _said(how: str, *, required: bool) -> str:
    who = "only its own person" if required else "whoever holds it in time"
    return f"{how}; a sealed link opens for {who}"


def _address(settings: Settings) -> Check:
    from bot.web.readers import is_safe_to_sign_in

    name, url = "sign-in address", settings.web.public_url.rstrip("/")
    if not url:
        return Check(
            name=name,
            state=FAIL,
            says="web.public_url is not set; Slack sends people back to it",
            next_move=_GUIDE,
        )
    if not is_safe_to_sign_in(url):
        return Check(
            name=name,
            state=FAIL,
            says="browsers would reach the pages without encryption",
            next_move="Set web.public_url to an https address.",
        )
    says = f"Slack must know {url}/sign-in/slack/back as a redirect URL"
    return Check(name=name, state=OK, says=says)


async def _keys() -> Check:
    from bot.ports.issuer import NotSignedIn
    from bot.slack.issuer import ISSUER, read_keys

    try:
        number = len((await read_keys(ISSUER)).keys)
    except NotSignedIn:
        return Check(
            name="sign-in keys",
            state=WARN,
            says="Slack's keys could not be read",
            next_move="Let the bot reach https://slack.com.",
        )
    return Check(name="sign-in keys", state=OK, says=f"Slack shows {number}")


def _proxies(settings: Settings) -> Check:
    named = settings.web.trusted_proxies
    says = "believed: " + ", ".join(named) if named else "none is believed"
    return Check(name="proxies", state=OK, says=says)
