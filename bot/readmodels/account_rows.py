"""Rows that several writings share: how it stands, what was tried, what is next. Pure.

Facts come from the log and the registry; what senders and people wrote stands in them
only as `Said`.
"""

from collections.abc import Iterable, Sequence

from bot.domain.action_table import Stage
from bot.domain.checklist_events import StepFinished, StepTaken
from bot.domain.events import Noted, Phase
from bot.domain.quoting import bare
from bot.domain.summary import Claim
from bot.domain.writing import At, Piece, Row, Said, Whom, pieces_of, row
from bot.readmodels.account import Account, Written
from bot.readmodels.plan_record import PlanRecord
from bot.readmodels.timeline import Line

NOBODY = "nobody"
_PLAN_IS = {
    Stage.DRAFT: "is a draft",
    Stage.PENDING: "waits for people",
    Stage.APPROVED: "was approved and has not run yet",
    Stage.APPLYING: "is running",
    Stage.APPLIED: "ran; whether it worked is being looked at",
    Stage.VERIFIED: "ran and was verified",
    Stage.DENIED: "was rejected; nothing ran",
    Stage.EXPIRED: "expired; nothing ran",
    Stage.SUPERSEDED: "was replaced; nothing ran",
    Stage.STALE: "was out of date; nothing ran",
    Stage.REVOKED: "lost its approval; nothing ran",
    Stage.CANCELLED: "was taken back; nothing ran",
    Stage.FAILED: "failed",
    Stage.INDETERMINATE: "may or may not have happened: look before anything else",
    Stage.VERIFY_FAILED: "ran, but the world is not as it promised",
    Stage.ROLLING_BACK: "is being undone",
    Stage.ROLLED_BACK: "ran and was undone",
    Stage.ROLLBACK_FAILED: "ran, and undoing it failed",
}
OPEN_STAGES = frozenset(
    {Stage.DRAFT, Stage.PENDING, Stage.APPROVED, Stage.APPLYING, Stage.APPLIED}
    | {Stage.INDETERMINATE, Stage.ROLLING_BACK}
)


def head(account: Account) -> str:
    """Return the line that says which incident it is, in our own words."""
    card, state = account.card, account.state
    parts = [card.id, state.severity.value, card.category_title]
    if card.system_title:
        parts.append(card.system_title)
    ended = f" as {_said(state.outcome)}" if state.outcome else ""
    return " · ".join([*parts, f"{state.phase.value}{ended}"])


def what(account: Account) -> list[Row]:
    """Return what happened, as its alerts say; a model's sentence with its evidence."""
    summary = account.card.summary
    written = summary.written if summary.by != "rules" else 0
    rows = [
        row(Said(claim.text)) if n >= written else _ai(claim)
        for n, claim in enumerate(summary.claims)
    ]
    return rows or [row("Only its title is known: ", Said(account.state.title))]


def _ai(claim: Claim) -> Row:
    marked = (Said(claim.text), " (AI-written, check evidence)")
    return Row(pieces=marked, evidence=claim.evidence)


def since(account: Account) -> Row:
    """Return since when, and how many alerts say so."""
    card = account.card
    count = "1 alert" if card.alert_count == 1 else f"{card.alert_count} alerts"
    sources = ", ".join(card.sources[:4]) or "an unknown source"
    ended: tuple[Piece, ...] = ()
    if account.resolved_at:
        ended = (", over since ", At(account.resolved_at))
    return row("Since ", At(card.since), *ended, f"; {count} from {sources}.")


def severity(account: Account) -> Row:
    """Return how bad, and why."""
    why = "; ".join(one.text for one in account.card.reasons)
    return row(f"{account.state.severity}: {why or 'no reason is kept'}.")


def system(account: Account) -> Row:
    """Return which system, whose it is, and how much depends on it."""
    card = account.card
    if not card.system_title:
        return row("No registered system: nobody owns it as far as is known.")
    risk = f", risk tier {card.risk_tier}" if card.risk_tier else ""
    if not card.owner:
        return row(f"{card.system_title}{risk}; no owner is registered.")
    # In a drill nobody who owns the real system is called.
    whose: Piece = card.owner if account.state.drill else owner(card.owner)
    return row(f"{card.system_title}{risk}, owner ", whose, ".")


def owner(one: str) -> Piece:
    """Return an owner as a person where it is one, else as the name of a team."""
    return Whom(one) if one[:1] in "UWS" and one.isalnum() and one.isupper() else one


def impact(account: Account) -> Row:
    """Return who is hurt, as far as anybody has said it."""
    known = account.state.telling.impact
    if known is None:
        return row("Unknown: nobody has said yet who is hurt, or how many.")
    return row("As the last status update says: ", Said(known, limit=600))


def tried(account: Account) -> list[Row]:
    """Return what was tried: steps, and plans with where they stand."""
    return [*steps(account), *map(plan, account.plans)]


def steps(account: Account) -> list[Row]:
    """Return the steps that were taken, done or skipped, newest state of each."""
    last: dict[tuple[str, int], Row] = {}
    for one in account.happened:
        match one.event:
            case StepTaken(runbook=runbook, step=step, by=by):
                said: tuple[Piece, ...] = ("taken by ", Whom(by), ", not done yet")
            case StepFinished(runbook=runbook, step=step, by=by):
                said = (f"{one.event.outcome} by ", Whom(by))
                if one.event.reason is not None:
                    said = (*said, ": ", Said(one.event.reason, limit=160))
            case _:
                continue
        named = f"Step {step} of {runbook}{_text(account, runbook, step)}: "
        found = row(named, *said, ", ", At(one.at), seqs=(one.seq,))
        last.pop((runbook, step), None)
        last[runbook, step] = found
    return list(last.values())


def _text(account: Account, runbook: str, step: int) -> str:
    found = (
        one for one in account.offered if (one.runbook, one.number) == (runbook, step)
    )
    one = next(found, None)
    return f" ({one.text.rstrip('.')})" if one else ""


def plan(one: PlanRecord) -> Row:
    """Return a plan and where it stands."""
    draft, found = one.plan.draft, list[Piece]()
    found += [f"{draft.action} on {bare(draft.target)} {_PLAN_IS[one.stage]}"]
    if one.approve_by:
        found += [", until ", At(one.approve_by)]
    return row(
        *found,
        f" ({one.plan.id}, asked by ",
        Whom(one.plan.requester),
        ")",
        seqs=(one.asked_seq,),
    )


def notes(account: Account, *, most: int) -> list[Row]:
    """Return what people noted, the newest last."""
    found = [
        row(
            At(one.at),
            " ",
            Whom(one.event.by),
            ": ",
            Said(one.event.text, limit=200),
            seqs=(one.seq,),
        )
        for one in account.happened
        if isinstance(one.event, Noted)
    ]
    return found[-most:]


def unknown(account: Account) -> list[Row]:
    """Return what nobody has found out yet, a sentence each."""
    return [row(f"{one[:1].upper()}{one[1:]}.") for one in not_known(account)]


def not_known(account: Account) -> list[str]:
    """Return what nobody has found out yet, in our own words: ``who owns it``."""
    found = list(account.card.summary.unknown)
    if account.state.telling.impact is None:
        found.append("who is hurt, and how many")
    found += [
        f"whether {one.plan.id} happened"
        for one in account.plans
        if one.stage is Stage.INDETERMINATE
    ]
    return list(dict.fromkeys(found))


def next_moves(account: Account) -> list[Row]:
    """Return what comes next: the step, what waits for people, what was promised."""
    card, found = account.card, list[Row]()
    if account.state.phase is Phase.RESOLVED:
        return [row(f"It is over. What to learn: /incident postmortem {card.id}")]
    if not account.state.acked_by:
        found.append(row("Somebody acknowledges it; nobody has."))
    step = card.next_step
    if step is None:
        found.append(row("No runbook step fits; decide together."))
    else:
        why = f"{step.runbook} step {step.number}: {step.text.rstrip('.')}"
        taken: tuple[Piece, ...] = (", taken by ", Whom(step.by)) if step.by else ()
        found.append(row(why, *taken, "."))
    waits = [one for one in account.plans if one.stage is Stage.PENDING]
    return [*found, *map(waits_for, waits), *promised(account)]


def waits_for(one: PlanRecord) -> Row:
    """Return whom a plan waits for, and until when."""
    agreed = sum(answer.said.startswith("agreed") for answer in one.answers)
    left = max(one.plan.quorum - agreed, 0)
    people = "1 person" if left == 1 else f"{left} people"
    lead = ", the commander among them" if one.plan.needs_commander else ""
    until: tuple[Piece, ...] = (
        (", until ", At(one.approve_by)) if one.approve_by else ()
    )
    said = f"{one.plan.draft.action} ({one.plan.id}) waits for {people} to agree{lead}"
    return row(said, *until, ".")


def promised(account: Account) -> list[Row]:
    """Return what was promised for later, soonest first."""
    state, rows = account.state, list[tuple[At, Row]]()

    def add(at: At, *said: Piece) -> None:
        rows.append((at, row(*said, at, ".")))

    telling = state.telling
    if telling.update_due_at is not None:
        by = Whom(telling.update_by)
        add(At(telling.update_due_at), "Next status update, promised by ", by, ", by ")
    if account.ack_due_at is not None and not state.acked_by:
        add(At(account.ack_due_at), "The channel is reminded to acknowledge at ")
    if state.snoozed_until is not None:
        add(At(state.snoozed_until), "It rests until ")
    for name, due_at in account.reviews:
        add(At(due_at), f"Somebody else looks at the broken glass of {name} by ")
    for link in account.links:
        add(At(link.until), f"What was sealed as {link.share} can be opened until ")
    return [found for _, found in sorted(rows, key=lambda one: one[0].at)]


def people(account: Account) -> list[Row]:
    """Return who has what."""
    state = account.state
    rows = [row("Commander: ", Whom(state.commander) if state.commander else NOBODY)]
    if state.acked_by not in ("", state.commander):
        rows.append(row("Acknowledged by ", Whom(state.acked_by)))
    for role, person in sorted(state.roles.items()):
        if person != state.commander:
            rows.append(row(f"{role.value.capitalize()}: ", Whom(person)))
    for (runbook, step), one in state.steps.items():
        if one.state == "taken":
            rows.append(row(f"Step {step} of {runbook}: ", Whom(one.by)))
    if state.telling.handed_to:
        handed = Whom(state.telling.handed_to)
        rows.append(row("Handed to ", handed, ", who has not taken it yet"))
    return rows


def lines(story: Sequence[Line]) -> list[Row]:
    """Return lines of the timeline."""
    return [
        row(At(one.at), " ", *pieces_of(_bare(one)), *_words(one), seqs=(one.seq,))
        for one in story
    ]


def _bare(line: Line) -> str:
    """Return a line's sentence without the banner: the writing has one itself."""
    return line.text.removeprefix("EXERCISE · ")


def _words(line: Line) -> Iterable[Piece]:
    return () if line.words is None else (" ", Said(line.words, limit=160))


def by_model(written: Written) -> list[Row]:
    """Return what a model wrote, each sentence with what it rests on."""
    return [
        Row(pieces=(Said(one.text),), evidence=one.evidence) for one in written.claims
    ]


def _said(code: str) -> str:
    return code.replace("_", " ")
