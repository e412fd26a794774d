"""The sentences about a plan: what would run, why, how far, who must agree. Pure.

The card and the forms are made of the same sentences, so that people confirm what
everybody reads. Names and values of a call are quoted so that two different calls
never look alike. Which blocks they stand in is the business of `plan_card.py`.
"""

from collections.abc import Sequence

from bot.domain.action_table import Stage
from bot.domain.freeze import Freeze
from bot.domain.plan import Blast, Level, Plan, Probe, Step
from bot.domain.plan_view import PlanView
from bot.domain.quoting import bare
from bot.slack import plan_words, rich, words
from bot.slack.plan_holds import held, who
from bot.slack.sentences import (
    Code,
    Element,
    Foreign,
    Piece,
    Strong,
    When,
    Who,
    clipped,
    on_lines,
)

REASON_MAX = 1500
_ONE_TEXT_MAX = 3000


def call(step: Step) -> str:
    """Return a call with its parameters, each value between quotation marks."""
    params = ", ".join(f'{bare(name)}="{bare(value)}"' for name, value in step.params)
    return f"{bare(step.call)}({params})"


def parts(view: PlanView) -> list[Element]:
    """Return the paragraphs and lists that say everything about the plan."""
    draft = view.plan.draft
    found = [rich.section(on_lines(*_head(view)))]
    if draft.steps:
        found += [rich.section([Strong(plan_words.runs(view))])]
        found += [rich.bullets(_step(step) for step in draft.steps)]
    if draft.changes:
        found += [rich.section([Strong("Before → after")])]
        rows: list[list[Piece]] = [
            [
                f"{bare(one.what)}: ",
                Code(bare(one.before)),
                " → ",
                Code(bare(one.after)),
            ]
            for one in draft.changes
        ]
        found += [rich.bullets(rows)]
    return [*found, rich.section(on_lines(*_reach(view), *_agreement(view)))]


def is_whole(view: PlanView) -> bool:
    """Tell whether no sentence about the plan has to be cut."""
    texts = [piece for row in _rows(view) for piece in row]
    reason = view.reason.for_slack(limit=_ONE_TEXT_MAX) if view.reason else ""
    return len(reason) <= REASON_MAX and all(map(_stands_whole, texts))


def _rows(view: PlanView) -> list[Sequence[Piece]]:
    draft = view.plan.draft
    changes = [[bare(c.what), bare(c.before), bare(c.after)] for c in draft.changes]
    return [*_head(view), *map(_step, draft.steps), *changes, *_reach(view)]


def _stands_whole(piece: Piece) -> bool:
    match piece:
        case str(text) | Code(text=text) | Strong(text=text):
            short = len(text) <= _ONE_TEXT_MAX
            return not text or (short and clipped(text, _ONE_TEXT_MAX) == text)
        case _:
            return True


def _head(view: PlanView) -> list[list[Piece]]:
    """Return exercise and mode, target, and why."""
    plan = view.plan
    drill: list[Piece] = [Strong(words.DRILL)] if plan.drill else []
    mode = plan_words.MODES.get(view.mode, "")
    asked: list[Piece] = [
        *(Strong("Why: "), Foreign(view.reason, limit=REASON_MAX)),
        *(" · asked by ", Who(plan.requester)),
    ]
    undoes: list[Piece] = [f"Undoes {plan.parent}."] if plan.parent else []
    what: list[Piece] = [
        *(f"Gate level {plan.level} · {bare(plan.incident)} · ",),
        *(Code(bare(plan.draft.action)), " on ", Code(bare(plan.draft.target))),
    ]
    return [drill, [Strong(mode)] if mode else [], what, asked, undoes]


def _step(step: Step) -> list[Piece]:
    row: list[Piece] = [f"{bare(step.id)} ", Code(call(step))]
    if step.compare:
        row += [" only if ", Code(_probes(step.compare))]
    return row


def _probes(probes: Sequence[Probe]) -> str:
    return ", ".join(f'{bare(one.id)}="{bare(one.value)}"' for one in probes)


def _reach(view: PlanView) -> list[list[Piece]]:
    """Return blast radius, way back, dry run, and how it is verified."""
    draft = view.plan.draft
    back: list[Piece] = [Strong("Way back: "), Code(bare(draft.rollback))]
    if not draft.rollback:
        because = bare(draft.irreversible_because)
        back = [Strong("Cannot be undone: "), f"{because}"]
    rests: list[Piece] = [" It found "] if draft.preconditions else []
    if draft.preconditions:
        rests += [Code(_probes(draft.preconditions)), "; another value stops it."]
    return [
        [Strong("Reach: "), _blast(draft.blast)],
        back,
        [Strong("Dry run: "), "made by reading alone, nothing was changed.", *rests],
        [Strong("Verified by: "), bare(draft.verify)],
    ]


def _blast(blast: Blast) -> str:
    counted = [_count(blast.systems, "system"), _count(blast.principals, "principal")]
    says = f"; {bare(blast.says)}" if blast.says else ""
    return ", ".join(counted) + says


def _count(number: int, what: str) -> str:
    if number < 0:
        return f"unknown number of {what}s"
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _agreement(view: PlanView) -> list[list[Piece]]:
    """Return who must agree and who has, until when, and the legal notice."""
    legal: list[Piece] = [Strong("Note: "), view.legal] if view.legal else []
    if view.stage not in (Stage.DRAFT, Stage.PENDING):
        agreed: list[Piece] = [Strong("Agreed: "), *people(view.agreed)]
        start: list[Piece] = []
        if view.stage is Stage.APPROVED and view.apply_by:
            start = [Strong("Must begin by "), When(view.apply_by, counts=True)]
        return [agreed if view.agreed else [], glass(view), start, held(view), legal]
    must: list[Piece] = [Strong("Must agree: "), needed(view.plan)]
    must += [". Agreed: ", *(people(view.agreed) or ["nobody yet"]), "."]
    until: list[Piece] = []
    if view.approve_by:
        until = [
            Strong("Until "),
            When(view.approve_by, counts=True),
            ", then it expires.",
        ]
    alone: list[Piece] = ["Nobody else there? ", Code(_glass(view.plan)), "."]
    alone += [" To change it: ", Code(f"/incident edit {view.plan.id}"), "."]
    waits = view.stage is Stage.PENDING and view.mode != "observe"
    # Breaking the glass does not pass a freeze.
    hint = alone if waits and not isinstance(view.held, Freeze) else []
    return [must, until, held(view), hint, legal]


def _glass(plan: Plan) -> str:
    return f"/incident break-glass {plan.id}"


def needed(plan: Plan) -> str:
    """Return how many people of which kind must agree."""
    if plan.level is Level.T3:
        return "1 approver" if plan.quorum == 1 else f"{plan.quorum} approvers"
    count = "1 person" if plan.quorum == 1 else f"{plan.quorum} people"
    commander = ", the incident commander among them" if plan.needs_commander else ""
    return f"{count} other than who asked{commander}"


def people(ids: Sequence[str]) -> list[Piece]:
    """Return people one after the other, with commas between them."""
    found: list[Piece] = []
    for one in ids:
        found += [", ", who(one)] if found else [who(one)]
    return found


def outcome(view: PlanView) -> list[Piece]:
    """Return where it stands, by whom, and how it ended."""
    row: list[Piece] = [Strong(plan_words.STANDS[view.stage])]
    # The one who drafted it is named as the one who asked.
    if view.moved_by and view.stage not in (Stage.DRAFT, Stage.PENDING):
        row += [" by ", *people(view.moved_by)]
    row += ["."]
    if view.outcome:
        row += [" ", bare(view.outcome)]
    if view.rollback_plan:
        row += [" ", _undone(view)]
    return row


def _undone(view: PlanView) -> str:
    """Return what became of the plan that undoes this one."""
    plan, stage = bare(view.rollback_plan), view.rollback_stage
    if stage is Stage.VERIFIED:
        return f"Plan {plan} has undone it."
    stands = plan_words.STANDS[stage].lower() if stage is not Stage.NONE else ""
    return f"Plan {plan} is to undo it: {stands}." if stands else f"See plan {plan}."


def glass(view: PlanView) -> list[Piece]:
    """Return that the glass was broken, and whether somebody has looked at it."""
    if not view.glass_by:
        return []
    row: list[Piece] = [Strong("Glass broken"), " by ", who(view.glass_by), ". "]
    if view.reviewed_by:
        return [*row, "Reviewed by ", who(view.reviewed_by), "."]
    until = view.review_due_at
    due: list[Piece] = [" by ", When(until, counts=True)] if until else []
    look = f"/incident review {view.plan.id}"
    return [*row, "Somebody else must review it", *due, ": ", Code(look), "."]


def proof(view: PlanView) -> str:
    """Return plan, digest and state of the log, so that they can be compared."""
    log = f" · log {view.log_size} entries" if view.log_size else ""
    root = f", root {bare(view.log_root)}" if view.log_root else ""
    return f"Plan {view.plan.id} · digest {view.digest[:12]}{log}{root}"
