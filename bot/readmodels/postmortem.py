"""The draft of a postmortem: what the log knows, and questions where it does not. Pure.

Nobody is blamed: people stand in it as roles when it is drawn. What went well, what did
not and what was surprising is left to people, with a prompt each. How the parts become
Markdown is in `postmortem_export.py`, the page is drawn in `bot/web`.
"""

from bot.domain.action_table import Stage
from bot.domain.checklist_events import StepFinished
from bot.domain.events import (
    CommandRefused,
    Nagged,
    Reopened,
)
from bot.domain.telling_events import UpdateLate, UpdatePosted
from bot.domain.telling_state import says_impact
from bot.domain.writing import At, Composed, Part, Piece, Row, Said, Writing, part, row
from bot.readmodels import account_rows as rows
from bot.readmodels.account import QUIET, Account
from bot.readmodels.catching_up import composed
from bot.readmodels.postmortem_times import approval, gaps, times

PROMPT = "To be written by people: "
_UNFINISHED = frozenset(
    {Stage.VERIFY_FAILED, Stage.INDETERMINATE, Stage.ROLLBACK_FAILED, Stage.FAILED}
)


def postmortem(account: Account) -> Composed:
    """Return the draft."""
    parts = [
        part(
            "Summary",
            [*rows.what(account), rows.since(account), rows.severity(account)],
        ),
        _model(account),
        part(
            "Impact", [rows.impact(account), rows.system(account), *_impacts(account)]
        ),
        part("Detection and response", times(account)),
        part("Timeline", rows.lines([x for x in account.story if x.kind not in QUIET])),
        part("Contributing factors", _factors(account)),
        part("What went well", [row(f"{PROMPT}what helped, and would again?")]),
        part(
            "What did not go well",
            [row(f"{PROMPT}what was in the way?"), *_badly(account)],
        ),
        part("What was surprising", [row(f"{PROMPT}what did nobody expect?")]),
        part("Runbooks", _runbooks(account)),
        part("Actions and approvals", [approval(one) for one in account.plans]),
        part("Action items", _items(account)),
        part("Evidence", _evidence(account)),
    ]
    return composed(account, parts)


def _model(account: Account) -> Part:
    """Return what a model added, also where entries came after it: it says so."""
    written = account.newest(Writing.POSTMORTEM)
    if written is None:
        return part("", [])
    late = account.last_seq - written.upto
    more = f" · written before entry {account.last_seq}" if late > 0 else ""
    made = tuple(rows.by_model(written))
    return Part(title="Drafted by a model", rows=made, written_by=written.by + more)


def _impacts(account: Account) -> list[Row]:
    """Return what was told of the impact while it lasted, oldest first."""
    return [
        row(At(one.at), " told: ", Said(one.event.impact, limit=600), seqs=(one.seq,))
        for one in account.happened
        if isinstance(one.event, UpdatePosted) and says_impact(one.event)
    ]


def _factors(account: Account) -> list[Row]:
    """Return questions about what came together; the bot does not know causes."""
    card = account.card
    found = [
        f"Why could {card.category_title.lower()} happen here?",
        "What had changed before it began?",
        "Which control should have stopped it, and why did it not?",
    ]
    if card.state.earlier:
        found.append(
            f"{card.state.earlier} was the same problem. Why did it come back?"
        )
    if len(card.sources) == 1:
        found.append(f"Only {card.sources[0]} noticed. Should something else have?")
    if card.flapping:
        found.append(f"A problem came back {card.flapping} times. What made it flap?")
    unknown = [row(f"Unknown: {one}.") for one in rows.not_known(account)]
    return [*(row(one) for one in found), *gaps(account), *unknown]


def _badly(account: Account) -> list[Row]:
    """Return what the log itself says went wrong; facts, no judgement."""
    found = list[Row]()
    for one in account.happened:
        match one.event:
            case Nagged():
                said: tuple[Piece, ...] = ("Nobody had acknowledged in time.",)
            case UpdateLate():
                said = ("A promised status update did not come in time.",)
            case StepFinished(outcome="skipped", runbook=book, step=n):
                said = (f"Step {n} of {book} was skipped: ", Said(one.event.reason))
            case CommandRefused(command=command, code=code):
                said = (f"Somebody was refused: {command} ({code}).",)
            case Reopened():
                said = ("It came back after it had been resolved.",)
            case _:
                continue
        found.append(row(At(one.at), " ", *said, seqs=(one.seq,)))
    return found


def _runbooks(account: Account) -> list[Row]:
    """Return the runbooks that were offered or used, and how they fared."""
    books = dict.fromkeys(
        [
            *(one.runbook for one in account.offered),
            *(b for b, _ in account.state.steps),
        ]
    )
    return [_fared(account, one) for one in books] or [
        row("None fitted. Should there be one for this?")
    ]


def _fared(account: Account, book: str) -> Row:
    title = next((one.title for one in account.offered if one.runbook == book), "")
    states = [s.state for (b, _), s in account.state.steps.items() if b == book]
    offered = sum(one.runbook == book for one in account.offered)
    counts = ", ".join(
        f"{states.count(name)} {said}"
        for name, said in (
            ("done", "done"),
            ("taken", "taken and left open"),
            ("skipped", "skipped"),
        )
        if states.count(name)
    )
    named = f"{book}{f' ({title})' if title else ''}"
    untouched = max(offered - len(states), 0)
    rest = f"; {untouched} of the offered steps not touched" if untouched else ""
    return row(f"{named}: {counts or 'no step was used'}{rest}.")


def _items(account: Account) -> list[Row]:
    """Return what must be done, then what the log suggests, then room for people."""
    card, found = account.card, list[Row]()
    for name, due_at in account.reviews:
        found.append(
            row(
                f"[must] Somebody else looks at the broken glass of {name}, by ",
                At(due_at),
                ".",
            )
        )
    found += [
        row(f"[must] Find out what became of {one.plan.id}: it ", _why(one.stage), ".")
        for one in account.plans
        if one.stage in _UNFINISHED
    ]
    for link in account.links:
        found.append(
            row(
                f"[must] {link.share} can still be opened until ",
                At(link.until),
                ": take it back or let it run out.",
            )
        )
    if not card.system_title:
        found.append(row("Register the system, with an owner."))
    elif not card.owner:
        found.append(row(f"Give {card.system_title} an owner."))
    if not account.offered:
        found.append(row("Write a runbook for this kind of incident."))
    if card.state.rule == "unclassified" or card.state.category == "unclassified":
        found.append(row("Teach the rules to tell what this is."))
    return [
        *found,
        row(f"{PROMPT}what will make the next one shorter? Owner and due date each."),
    ]


def _why(stage: Stage) -> str:
    return stage.value.replace("_", " ")


def _evidence(account: Account) -> list[Row]:
    ids = list(
        dict.fromkeys(x for c in account.card.summary.claims for x in c.evidence)
    )
    found = [row(f"Alert {one}") for one in ids]
    found += [
        row(f"Snapshot of {one.plan.id}, SHA-256 {one.evidence}")
        for one in account.plans
        if one.evidence
    ]
    size, root = account.log
    return [*found, row(f"Log of {size} entries, root {root}.")]
