"""What the policies said, as it is kept: who asked, by which rules, resting on what.

A ruling stands inside the event that it led to, so that the log of decisions is a view
of the log and not a second one. The texts of the rules are not kept: their ids and the
hash of the policies lead to them.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bot.domain.action_facts import Standing
from bot.domain.groups import GROUPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """One answer of the policies.

    Attributes:
        by: Whose question it was: a Slack id.
        verb: What they wanted to do, e.g. ``approve``.
        policies: Ids of the policies that decided, sorted.
        waivers: Ids of the waivers without which it would have been a no.
        groups: The groups of Tocsin's that they were in, sorted.
        hash: SHA-256 hex of the policies in force.
    """

    by: str
    verb: str
    allowed: bool
    policies: tuple[str, ...]
    hash: str
    waivers: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


def ruling_of(standing: Standing) -> Ruling | None:
    """Return what the policies said about somebody; None where nobody asked them."""
    answer = standing.policy
    if not answer.verb:
        return None
    return Ruling(
        by=standing.person.id,
        verb=answer.verb,
        allowed=answer.allows,
        policies=answer.reasons,
        hash=answer.hash,
        waivers=answer.waivers,
        groups=tuple(sorted(standing.groups & GROUPS)),
    )


def permit_of(standing: Standing) -> Ruling | None:
    """Return what the policies said where that was a yes.

    Who asked for a plan, or commands the incident, may stop it whatever they say: then
    they decided nothing.
    """
    found = ruling_of(standing)
    return found if found is not None and found.allowed else None


def refusal_of(standing: Standing) -> Ruling | None:
    """Return what the policies said where that was a no; None for any other."""
    found = ruling_of(standing)
    return None if found is None or found.allowed else found


def rulings_of(
    standings: Iterable[Standing], *, among: Collection[str]
) -> tuple[Ruling, ...]:
    """Return what the policies said about those who cleared a plan."""
    found = (ruling_of(one) for one in standings if one.person.id in among)
    return tuple(one for one in found if one is not None)
