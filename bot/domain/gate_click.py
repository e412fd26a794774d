"""Guards about what was seen, where it was pressed and what was typed."""

import hmac

from bot.domain.action_asked import Asked, No
from bot.domain.action_commands import Approve, BreakGlass
from bot.domain.errors import BadRequest, NotAllowed, OutOfTurn, PlanChanged
from bot.domain.plan import Level
from bot.domain.quoting import bare

_REVIEW_AGAIN = "Open `Review and confirm` on its card again."


def token(asked: Asked) -> No | None:
    """The button was made by us for this plan and its digest."""
    if asked.facts.click.mac_ok:
        return None
    return asked.no(PlanChanged, "the button was not made for this plan", _REVIEW_AGAIN)


def shown(asked: Asked) -> No | None:
    """The digest that the person was shown is the plan's."""
    command = asked.command
    if isinstance(command, Approve | BreakGlass) and _same(
        command.digest, asked.state.digest
    ):
        return None
    return asked.no(
        PlanChanged, "the plan is not the one that was shown", _REVIEW_AGAIN
    )


def body(asked: Asked) -> No | None:
    """What is stored still makes the digest that people saw."""
    if _same(asked.state.made_digest, asked.state.digest):
        return None
    return asked.no(
        PlanChanged,
        "what is stored no longer makes the digest that was shown",
        "Run `tocsin log verify`, then propose it again.",
    )


def channel(asked: Asked) -> No | None:
    """It was pressed in the channel the plan was made for."""
    if asked.facts.click.channel == asked.plan.channel:
        return None
    return asked.no(
        NotAllowed,
        "it was not pressed in the incident's channel",
        f"Go to <#{asked.plan.channel}>.",
    )


def unshared(asked: Asked) -> No | None:
    """The channel is not shared with another organization."""
    if not asked.facts.channel_shared:
        return None
    return asked.no(
        NotAllowed,
        "the channel is shared with another organization",
        "Move the incident to a channel of your own workspace.",
    )


def card(asked: Asked) -> No | None:
    """It was pressed on the plan's own card."""
    if asked.state.message and asked.facts.click.message == asked.state.message:
        return None
    return asked.no(
        NotAllowed,
        "it was not pressed on the plan's own card",
        "Use the newest card of the plan in the incident's channel.",
    )


def typed_target(asked: Asked) -> No | None:
    """T2: the target's name was typed."""
    if asked.plan.level is not Level.T2 or _typed(asked, asked.plan.draft.target):
        return None
    return asked.no(
        BadRequest,
        "the target's name was not typed as it is",
        f"Type `{bare(asked.plan.draft.target)}`.",
    )


def typed_phrase(asked: Asked) -> No | None:
    """T1: action, target and the start of the digest were typed."""
    if asked.plan.level is not Level.T1 or _typed(asked, asked.state.phrase):
        return None
    return asked.no(
        BadRequest,
        "the phrase was not typed as it is",
        f"Type `{bare(asked.state.phrase)}`.",
    )


def t1_reason(asked: Asked) -> No | None:
    """T1: a reason was given."""
    return None if asked.plan.level is not Level.T1 else reason(asked)


def reason(asked: Asked) -> No | None:
    """A reason was given."""
    if asked.reason:
        return None
    return asked.no(
        BadRequest,
        "no reason was given",
        "Say why in a few words; it goes to the timeline.",
    )


def glass_phrase(asked: Asked) -> No | None:
    """The phrase for breaking the glass was typed."""
    phrase = f"{asked.rules.glass_prefix} {asked.state.phrase}"
    if _typed(asked, phrase):
        return None
    return asked.no(
        BadRequest, "the phrase was not typed as it is", f"Type `{bare(phrase)}`."
    )


def glass_reason(asked: Asked) -> No | None:
    """The reason is long enough to be one."""
    least = asked.rules.glass_reason_chars
    given = asked.reason.for_rules().strip() if asked.reason else ""
    if len(given) >= least:
        return None
    return asked.no(
        BadRequest,
        f"the reason has fewer than {least} characters",
        "Say why it cannot wait for another person.",
    )


def glass_limit(asked: Asked) -> No | None:
    """The glass was not broken too often."""
    limit = asked.rules.glass_limit
    if asked.facts.glass_broken < limit:
        return None
    return asked.no(
        OutOfTurn,
        f"the glass was broken {limit} times in the last 24 hours",
        "Get another approver; call if you have to.",
    )


def _typed(asked: Asked, wanted: str) -> bool:
    command = asked.command
    typed = isinstance(command, Approve | BreakGlass) and command.typed.strip()
    # As it is, or as it is shown: two different ones are never shown alike.
    return typed in (wanted, bare(wanted))


def _same(one: str, other: str) -> bool:
    # Half a character, as JSON can hold one, is not the same as anything.
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())
