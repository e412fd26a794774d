"""The sentences about a plan: what would run, why, how far, who must agree. Pure.

The card and the forms are made of the same sentences, so that people confirm what
everybody reads. Names and values of a call are quoted so that two different calls
never look alike. Which blocks they stand in is the business of `plan_card.py`.
"""

from collections.abc import Sequence

from bot.domain.action_table import Stage
from bot.domain.freeze import Freeze
from bot.domain.plan import Afterwards, Blast, Level, Plan, Probe, Step, Waived
from bot.domain.plan_view import PlanView
from bot.domain.quoting import bare
from bot.slack import plan_words, rich, words
from bot.slack.plan_held import held
from bot.slack.plan_people import people, who
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
SEEN_MAX = 400
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
    """Return exercise and mode, what holds it back, target, and why."""
    plan = view.plan
    drill: list[Piece] = [Strong(words.DRILL)] if plan.drill else []
    says = plan_words.MODES.get(view.mode, "")
    mode: list[Piece] = [Strong(says)] if says else []
    asked: list[Piece] = [
        *(Strong("Why: "), Foreign(view.reason, limit=REASON_MAX)),
        *(" · asked by ", Who(plan.requester)),
    ]
    undoes: list[Piece] = [f"Undoes {plan.parent}."] if plan.parent else []
    what: list[Piece] = [
        *(f"Gate level {plan.level} · {bare(plan.incident)} · ",),
        *(Code(bare(plan.draft.action)), " on ", Code(bare(plan.draft.target))),
    ]
    waived = [_waived(one) for one in plan.waivers]
    # What holds it back comes first: nobody should type a phrase in vain.
    said = [drill, mode, held(view)]
    return [*said, what, asked, undoes, *waived]


def _waived(one: Waived) -> list[Piece]:
    """Return a waiver in force: what it lifts, who answers for it, until when."""
    return [
        *(Strong("Waiver in force: "), Code(one.id), " lifts ", Code(one.rule)),
        *(" until ", bare(one.until[:10]), ", owner ", who(one.owner), "."),
    ]


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
    where: list[Piece] = [Strong("Region: "), bare(view.plan.region)]
    return [
        [Strong("Reach: "), _blast(draft.blast)],
        where if view.plan.region else [],
        back,
        [Strong("Dry run: "), "made by reading alone, nothing was changed.", *rests],
        [Strong("Verified by: "), bare(draft.verify)],
        _promised(draft.afterwards),
    ]


def _promised(afterwards: Afterwards | None) -> list[Piece]:
    """Return which figure is read some time later."""
    if afterwards is None:
        return []
    minutes = f"{afterwards.after_s // 60} minutes later: "
    return [Strong(minutes), bare(afterwards.says)]


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
    waits = view.stage in (Stage.DRAFT, Stage.PENDING)
    return [*(_still(view) if waits else _then(view)), legal]


def _still(view: PlanView) -> list[list[Piece]]:
    """Return who must agree, who is missing, until when, and the way alone."""
    until: list[Piece] = []
    if view.approve_by:
        closes = When(view.approve_by, counts=True)
        until = [Strong("Until "), closes, ", then it expires."]
    if view.mode == "observe":
        return [[Strong("Would have to agree: "), needed(view.plan), "."], until]
    agreed = people(view.agreed) or ["nobody yet"]
    must: list[Piece] = [Strong("Must agree: "), needed(view.plan)]
    must += [". Agreed: ", *agreed, "."]
    needs: list[Piece] = [Strong("Needs: "), ", ".join(view.needs), "."]
    alone: list[Piece] = ["Nobody else there? ", Code(_glass(view.plan)), "."]
    alone += [" To change it: ", Code(f"/incident edit {view.plan.id}"), "."]
    # Breaking the glass does not pass a freeze.
    waits = view.stage is Stage.PENDING and not isinstance(view.held, Freeze)
    return [must, needs if view.needs else [], until, alone if waits else []]


def _then(view: PlanView) -> list[list[Piece]]:
    """Return who agreed, what that rested on, and until when it must begin."""
    agreed: list[Piece] = [Strong("Agreed: "), *people(view.agreed)]
    rests: list[Piece] = [Strong("Rests on the waiver "), Code(", ".join(view.lifted))]
    start: list[Piece] = []
    if view.stage is Stage.APPROVED and view.apply_by:
        start = [Strong("Must begin by "), When(view.apply_by, counts=True)]
    return [
        agreed if view.agreed else [],
        rests if view.lifted else [],
        glass(view),
        start,
    ]


def _glass(plan: Plan) -> str:
    return f"/incident break-glass {plan.id}"


def needed(plan: Plan) -> str:
    """Return how many people of which kind must agree."""
    groups = f", one each for {_and(plan.groups)}" if plan.groups else ""
    if plan.level is Level.T3:
        count = "1 approver" if plan.quorum == 1 else f"{plan.quorum} approvers"
        return count + groups
    count = "1 person" if plan.quorum == 1 else f"{plan.quorum} people"
    commander = ", the incident commander among them" if plan.needs_commander else ""
    return f"{count} other than who asked{commander}{groups}"


def _and(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def outcome(view: PlanView) -> list[Piece]:
    """Return where it stands, by whom, and how it ended."""
    row: list[Piece] = [Strong(plan_words.STANDS[view.stage])]
    # The one who drafted it is named as the one who asked.
    if view.moved_by and view.stage not in (Stage.DRAFT, Stage.PENDING):
        row += [" by ", *people(view.moved_by)]
    row += ["."]
    if view.outcome:
        row += [" ", bare(view.outcome)]
    if view.said:
        row += [" ", Strong("Why: "), Foreign(view.said, limit=SEEN_MAX)]
    if view.seen:
        row += [" ", Foreign(view.seen, limit=SEEN_MAX)]
    if view.measured:
        row += [" ", Strong(plan_words.MEASURED[view.measured]), " ", *figure(view)]
    if view.rollback_plan:
        row += [" ", _undone(view)]
    return row


def figure(view: PlanView) -> list[Piece]:
    """Return what a figure was in the time after it was verified."""
    said = view.measured_says
    return [Foreign(said, limit=SEEN_MAX)] if said else ["nothing is known."]


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
