"""Guards about the plan itself, before anyone is asked."""

from bot.domain.action_asked import Asked, No
from bot.domain.action_commands import Mirror, Supersede
from bot.domain.errors import BadRequest, NotAllowed
from bot.domain.gate_rules import QUORUM
from bot.domain.groups import GROUPS
from bot.domain.plan import Level, Plan


def catalogued(asked: Asked) -> No | None:
    """The action is in the catalogue and its parameters fit the schema."""
    if asked.facts.catalogued:
        return None
    return asked.no(
        NotAllowed,
        "the action or its parameters are not in the catalogue",
        "See what can be proposed on the incident's card.",
    )


def derived(asked: Asked) -> No | None:
    """The level is the one that manifest and registry give."""
    if asked.facts.level is asked.plan.level:
        return None
    found = asked.facts.level or "none"
    return asked.no(
        BadRequest,
        f"it says level {asked.plan.level}, manifest and registry give {found}",
        "Propose it again.",
    )


def demanded(asked: Asked) -> No | None:
    """The groups that must agree are those that policies and registry ask for."""
    if asked.facts.groups == asked.plan.groups:
        return None
    return asked.no(
        BadRequest,
        "it asks other groups than the policies and the registry do",
        "Propose it again.",
    )


def sound(asked: Asked) -> No | None:
    """The plan can be agreed to, checked and undone, or says why not."""
    because = _unsound(asked.plan)
    if not because:
        return None
    return asked.no(
        BadRequest, because, "Tell the bot's owner: the action has to be corrected."
    )


def fits(asked: Asked) -> No | None:
    """The whole plan fits on one card; nobody agrees to half of it."""
    if asked.facts.fits:
        return None
    return asked.no(
        BadRequest,
        "it does not fit on one card as a whole",
        "Split it into smaller actions.",
    )


def other_plan(asked: Asked) -> No | None:
    """An edit makes another plan."""
    child = asked.command.child if isinstance(asked.command, Supersede) else ""
    if child and child != asked.plan.id:
        return None
    return asked.no(BadRequest, "no other plan was named", "Draft the edit first.")


def lineage(asked: Asked) -> No | None:
    """The rollback says itself that it undoes this plan."""
    command = asked.command
    if isinstance(command, Mirror) and command.parent == asked.plan.id:
        return None
    return asked.no(
        BadRequest, "the other plan does not undo this one", "Name its own rollback."
    )


def _unsound(plan: Plan) -> str:
    draft, ids = plan.draft, [step.id for step in plan.draft.steps]
    if plan.quorum < QUORUM[plan.level]:
        return f"{plan.level} needs {QUORUM[plan.level]} people, it asks {plan.quorum}"
    strange = [one for one in plan.groups if one not in GROUPS]
    if strange or len(set(plan.groups)) != len(plan.groups):
        return "it needs a group that is not known, or one of them twice"
    if plan.quorum < len(plan.groups):
        return f"it needs {len(plan.groups)} groups and only {plan.quorum} people"
    if plan.level is Level.T1 and not plan.needs_commander:
        return "T1 needs the commander, it does not ask for one"
    if not ids or len(set(ids)) != len(ids):
        return "it has no steps, or two of the same id"
    if not draft.verify:
        return "it does not say how it is verified"
    if bool(draft.rollback) == bool(draft.irreversible_because):
        return "it has no rollback and no reason for that, or both"
    return "" if draft.target.strip() else "it names no target"
