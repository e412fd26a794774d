"""What `tocsin doctor` looks at in Slack: tokens, scopes, the clock, sockets."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.cli.checks import FAIL, OK, WARN, Check, failed
from bot.config import Settings, secret
from bot.domain.errors import TocsinError

# Slack refuses what is five minutes off; a fifth of that is worth a word.
_SKEW_S = 60


def look(settings: Settings) -> Iterator[Check]:
    """Look at the token, its scopes, the clock and the sockets."""
    from bot.slack.examine import examine_slack

    if not secret(settings.slack.bot_token):
        yield Check(
            name="slack",
            state=WARN,
            says="no bot token: the practice workspace is used",
            next_move="See docs/guides/connect-slack.md.",
        )
        return
    app_token = secret(settings.slack.app_token)
    if not secret(settings.slack.signing_secret) and not app_token:
        yield Check(
            name="slack signing secret",
            state=FAIL,
            says="neither it nor an app token is set",
            next_move="Set slack.signing_secret for HTTP or slack.app_token for Socket "
            "Mode; without one nothing from Slack counts.",
        )
    facts = examine_slack(secret(settings.slack.bot_token))
    yield Check(name="slack", state=OK, says=f"team {facts.team}")
    yield _scopes(facts.missing_scopes)
    yield _clock(facts.date)
    if app_token:
        yield _socket_mode(app_token, settings.slack.sockets)
    yield from _groups(settings)


def _groups(settings: Settings) -> Iterator[Check]:
    """Look whether Slack has the user groups that fill our groups; no ids of people."""
    from bot.slack.examine import unknown_groups

    named = [
        one
        for members in settings.gate.groups.values()
        for one in members
        if not one.startswith(("U", "W"))
    ]
    if not named:
        return
    missing = unknown_groups(secret(settings.slack.bot_token), named)
    yield Check(
        name="slack groups",
        state=FAIL if missing else OK,
        says=f"Slack has no user group {', '.join(missing)}, so nobody is in it"
        if missing
        else f"Slack has the {len(named)} user groups of gate.groups",
        next_move="Correct gate.groups." if missing else "",
    )


def _socket_mode(app_token: str, number: int) -> Check:
    from bot.slack.examine import examine_app_token

    try:
        examine_app_token(app_token)
    except TocsinError as error:
        return failed("slack sockets", error)
    says = f"the app token opens connections; {number} are wanted"
    return Check(name="slack sockets", state=OK, says=says)


def _scopes(missing: tuple[str, ...]) -> Check:
    if not missing:
        return Check(name="slack scopes", state=OK, says="all that we use are granted")
    return Check(
        name="slack scopes",
        state=FAIL,
        says="missing: " + ", ".join(missing),
        next_move="Reinstall the app with the manifest of `tocsin slack manifest`.",
    )


def _clock(date: str) -> Check:
    if not date:
        return Check(name="clock", state=WARN, says="Slack did not say the time")
    now = datetime.now(UTC)  # noqa: TID251 - it is the clock that is checked
    skew_s = abs((now - parsedate_to_datetime(date)).total_seconds())
    if skew_s <= _SKEW_S:
        return Check(name="clock", state=OK, says=f"within {skew_s:.0f} s of Slack's")
    return Check(
        name="clock",
        state=WARN,
        says=f"{skew_s:.0f} s away from Slack's",
        next_move="Let the machine follow a time server.",
    )
