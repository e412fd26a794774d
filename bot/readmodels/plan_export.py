"""A plan as JSON and as plain text: what the admin door and the command line show.

The same facts as on the card, for scripts and terminals. Times are UTC. Nothing
here is read back by the gate.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.domain.freeze import Freeze
from bot.domain.plan import Draft, Waived
from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted, clip, visible

_WIDTH_CHARS = 200


def as_plain(view: PlanView) -> dict[str, Any]:
    """Return a plan as values that JSON has; times in ISO 8601, null for none."""
    plan, draft = view.plan, view.plan.draft
    return {
        "id": plan.id,
        "incident": plan.incident,
        "channel": plan.channel,
        "action": draft.action,
        "target": draft.target,
        "level": plan.level.value,
        "stage": view.stage.value,
        "requester": plan.requester,
        "reason": view.reason.for_html_text() if view.reason else "",
        "quorum": plan.quorum,
        "needs_commander": plan.needs_commander,
        "groups": list(plan.groups),
        "needs": list(view.needs),
        "region": plan.region,
        "waivers": [asdict(one) for one in plan.waivers],
        "agreed": list(view.agreed),
        "moved_by": list(view.moved_by),
        "approve_by": _iso(view.approve_by),
        "apply_by": _iso(view.apply_by),
        "outcome": view.outcome,
        **_drafted(draft),
        "said": _said(view.said),
        "seen": _said(view.seen),
        "measured": view.measured,
        "measured_says": _said(view.measured_says),
        "parent": plan.parent,
        "rollback_plan": view.rollback_plan,
        "drill": plan.drill,
        "digest": view.digest,
    }


def _drafted(draft: Draft) -> dict[str, Any]:
    """Return what would run."""
    return {
        "params": dict(draft.params),
        "changes": [
            {"what": one.what, "before": one.before, "after": one.after}
            for one in draft.changes
        ],
        "steps": [step.call for step in draft.steps],
        "reach": draft.blast.says,
        "verify": draft.verify,
        "afterwards": draft.afterwards.says if draft.afterwards else "",
        "rollback": draft.rollback,
        "irreversible_because": draft.irreversible_because,
    }


def freeze_as_plain(freeze: Freeze) -> dict[str, Any]:
    """Return a freeze as values that JSON has."""
    return {
        "id": freeze.id,
        "until": freeze.until.isoformat(),
        "by": freeze.by,
        "owner": freeze.owner,
        "reason": freeze.reason.for_html_text() if freeze.reason else "",
    }


def freeze_line(freeze: Freeze) -> str:
    """Return a freeze as one line for a terminal."""
    who = freeze.by or f"{freeze.owner}, planned"
    why = freeze.reason.for_slack() if freeze.reason else "no reason is kept"
    return (
        f"Frozen until {freeze.until:%Y-%m-%d %H:%M} UTC by {who} ({freeze.id}): {why}"
    )


def table(views: Sequence[PlanView]) -> str:
    """Return plans as aligned columns with a head line."""
    rows: list[tuple[str, ...]] = [
        ("PLAN", "INCIDENT", "LEVEL", "STAGE", "UNTIL (UTC)", "ACTION")
    ]
    rows += [_row(view) for view in views]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "".join(line.rstrip() + "\n" for line in lines)


def text(view: PlanView) -> str:
    """Return one plan as lines of a name and what it is."""
    plan, draft = view.plan, view.plan.draft
    reason = view.reason.for_slack() if view.reason else "no reason given"
    lines = [
        ("plan", plan.id),
        ("action", f"{draft.action} on {draft.target}"),
        ("stage", _stands(view)),
        ("outcome", view.outcome),
        ("incident", plan.incident + (", a drill" if plan.drill else "")),
        ("asked by", f"{plan.requester}: {reason}"),
        ("must agree", _needed(view)),
        ("agreed", ", ".join(view.agreed) or "nobody yet"),
        *(("change", f"{c.what}: {c.before} -> {c.after}") for c in draft.changes),
        *(("step", step.call) for step in draft.steps),
        ("reach", draft.blast.says),
        ("region", plan.region),
        *(("waived", _waived(one)) for one in plan.waivers),
        ("check", draft.verify),
        ("later", draft.afterwards.says if draft.afterwards else ""),
        ("why", view.said.for_slack() if view.said else ""),
        ("seen", view.seen.for_slack() if view.seen else ""),
        ("measured", _measured(view)),
        ("undo", draft.rollback or f"none: {draft.irreversible_because}"),
        ("undoes", plan.parent),
        ("undone by", view.rollback_plan),
        ("digest", view.digest),
    ]
    return "".join(f"{name:<11}{_shown(what)}\n" for name, what in lines if what)


def _said(word: Untrusted | None) -> str:
    return word.for_html_text() if word else ""


def _measured(view: PlanView) -> str:
    said = view.measured_says.for_slack() if view.measured_says else ""
    return f"{view.measured}: {said}" if view.measured else ""


def _row(view: PlanView) -> tuple[str, ...]:
    plan = view.plan
    return (
        plan.id,
        plan.incident,
        plan.level.value,
        view.stage.value,
        _short(view.apply_by or view.approve_by),
        _shown(f"{plan.draft.action} on {plan.draft.target}"),
    )


def _stands(view: PlanView) -> str:
    by = f" by {', '.join(view.moved_by)}" if view.moved_by else ""
    until = _short(view.apply_by or view.approve_by)
    return f"{view.stage.value}{by}" + (f", until {until} UTC" if until else "")


def _needed(view: PlanView) -> str:
    plan = view.plan
    commander = ", the commander among them" if plan.needs_commander else ""
    groups = f", one each for {', '.join(plan.groups)}" if plan.groups else ""
    needs = f"; needs: {', '.join(view.needs)}" if view.needs else ""
    return f"{plan.quorum} for {plan.level.value}{commander}{groups}{needs}"


def _waived(one: Waived) -> str:
    return f"{one.rule} by {one.id} of {one.owner} until {one.until[:10]}"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _short(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


def _shown(what: str) -> str:
    """Return outside text as one line that cannot steer a terminal."""
    return clip(" ".join(visible(what).split()), _WIDTH_CHARS)
