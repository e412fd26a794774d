"""Guards right before a plan runs: everything is looked at once more.

What no longer holds for good ends the plan by an event; what may still come right
within the window is a refusal.
"""

from bot.domain.action_asked import Asked, No
from bot.domain.action_commands import Claim
from bot.domain.action_events import (
    ActionCancelled,
    ActionExpired,
    ActionRevoked,
    ActionStale,
)
from bot.domain.decisions import TOCSIN
from bot.domain.errors import NotAllowed, OutOfTurn, TooMany
from bot.domain.gate_people import still_fit
from bot.domain.gate_rules import QUORUM
from bot.domain.groups import missing
from bot.domain.plan import Level
from bot.domain.ruling import rulings_of


def apply_window(asked: Asked) -> No | None:
    """The time to start is not over; otherwise it expires."""
    apply_by = asked.state.apply_by
    if apply_by is not None and asked.now < apply_by:
        return None
    return (ActionExpired(window="apply", at=asked.now),)


def stop_cancels(asked: Asked) -> No | None:
    """The kill switch is off; otherwise the plan is cancelled."""
    if not asked.facts.stopped:
        return None
    return (ActionCancelled(because="stop_all", by=TOCSIN, at=asked.now),)


def same_policies(asked: Asked) -> No | None:
    """The policies are those in force when it was made; otherwise revoked."""
    hashes = {standing.policy.hash for standing in asked.facts.approvers}
    if hashes <= {asked.plan.policy_hash}:
        return None
    return (_revoked(asked, "policy_changed"),)


def rights(asked: Asked) -> No | None:
    """Everybody who cleared it still could, and they are enough."""
    fit = {
        standing.person.id
        for standing in asked.facts.approvers
        if still_fit(asked, standing)
    }
    lost = tuple(who for who in asked.state.cleared_by if who not in fit)
    least = 1 if asked.state.glass_by else asked.plan.quorum
    if not lost and len(set(asked.state.cleared_by)) >= least:
        return None
    return (_revoked(asked, "approver_lost_right", *lost),)


def still_grouped(asked: Asked) -> No | None:
    """Those who cleared it still speak for its groups, and its level's own for it."""
    if asked.state.glass_by or _is_covered(asked):
        return None
    return (_revoked(asked, "group_missing"),)


def same_commander(asked: Asked) -> No | None:
    """The commander of now is among them, where one is needed."""
    needed = asked.plan.needs_commander and not asked.state.glass_by
    if not needed or _agreed(asked, asked.facts.commander):
        return None
    return (_revoked(asked, "commander_changed"),)


def runs(asked: Asked) -> No | None:
    """The policies let it run, now and here."""
    answer = asked.facts.runner.policy
    if answer.allows:
        return None
    because = "the policies could not be evaluated" if answer.errors else answer.because
    return asked.no(
        NotAllowed,
        because or "no policy lets anybody run it who asked for it or agreed",
        "Wait: it is tried again until its time runs out; "
        "`tocsin policy explain --verb run` tells why.",
    )


def looked(asked: Asked) -> No | None:
    """The preconditions could be read."""
    if asked.facts.probes is not None:
        return None
    return asked.no(
        OutOfTurn,
        "the world could not be read again",
        "Wait: it is tried again until its time runs out.",
    )


def drift(asked: Asked) -> No | None:
    """The world is the one people were shown; otherwise the plan is stale."""
    planned = {probe.id: probe.value for probe in asked.plan.draft.preconditions}
    found = {probe.id: probe.value for probe in asked.facts.probes or ()}
    ids = sorted(planned.keys() | found.keys())
    changed = tuple(each for each in ids if planned.get(each) != found.get(each))
    if not changed:
        return None
    seen = tuple(found.get(each, "") for each in changed)
    return (ActionStale(changed=changed, found=seen, at=asked.now),)


def limits(asked: Asked) -> No | None:
    """A place in the limits of the action is free."""
    if asked.facts.within_limits:
        return None
    full = asked.facts.used_up
    if full is None:
        return asked.no(
            OutOfTurn,
            "the limit of this action is used up",
            "Wait until a place is free; it is tried again until its time runs out.",
        )
    return asked.no(TooMany, full.what, full.next_move(asked.now, asked.state.apply_by))


def proposals(asked: Asked) -> No | None:
    """Who asks has not proposed too much lately."""
    if asked.facts.may_propose:
        return None
    full = asked.facts.proposed
    if full is None:
        return asked.no(
            OutOfTurn,
            "nobody knows how much was proposed lately",
            "Try again in a moment.",
        )
    return asked.no(TooMany, full.what, full.next_move(asked.now, None))


def proof(asked: Asked) -> No | None:
    """The approval is proved to be in a signed checkpoint of the log."""
    if asked.facts.proven:
        return None
    return asked.no(
        OutOfTurn,
        "its approval is not in a signed checkpoint yet",
        "Wait: it is tried again until its time runs out; "
        "`tocsin log verify` tells more.",
    )


def evidence(asked: Asked) -> No | None:
    """T1 and T2: what the action may spoil was saved before."""
    saved = asked.command.evidence if isinstance(asked.command, Claim) else ""
    if saved or asked.plan.level is Level.T3:
        return None
    return asked.no(
        OutOfTurn,
        "no evidence was saved before",
        "Wait: it is tried again until its time runs out.",
    )


def _is_covered(asked: Asked) -> bool:
    """Tell whether groups and floor hold by what is read of the approvers now."""
    plan, own = asked.plan, (asked.plan.requester, asked.state.author)
    read = [
        one for one in asked.facts.approvers if one.person.id in asked.state.cleared_by
    ]
    said = {one.person.id: one.groups for one in read if one.person.id not in own}
    counted = {one.person.id for one in read if not one.policy.group_only}
    return not missing(plan.groups, said) and len(counted) >= QUORUM[plan.level]


def _revoked(asked: Asked, because: str, *who: str) -> ActionRevoked:
    rulings = rulings_of(asked.facts.approvers, among=asked.state.cleared_by)
    return ActionRevoked(because=because, who=who, at=asked.now, rulings=rulings)


def _agreed(asked: Asked, person: str) -> bool:
    return person != "" and person in asked.state.cleared_by
