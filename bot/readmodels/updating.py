"""A status update and a handover note, as rules draft them. Pure.

Drafts are plain text that a person edits and posts. They say nothing that a sender or
another person wrote, and name nobody: who posts them decides what goes out. What is
posted beside the words of a person is taken from the log again at that moment.
"""

from collections.abc import Mapping

from bot.domain.events import Phase
from bot.domain.telling_state import NOT_KNOWN
from bot.domain.writing import At, Composed, Part, Row, Writing, part, row
from bot.readmodels import account_rows as rows
from bot.readmodels.account import Account
from bot.readmodels.account_rows import OPEN_STAGES
from bot.readmodels.catching_up import composed, of_model
from bot.readmodels.plan_record import PlanRecord

_DOES: Mapping[Phase, str] = {
    Phase.TRIAGE: "We are looking at",
    Phase.INVESTIGATING: "We are investigating",
    Phase.MITIGATING: "We are mitigating",
    Phase.MONITORING: "We have acted on and are watching",
    Phase.RESOLVED: "We have resolved",
}


def update_draft(account: Account) -> dict[str, str]:
    """Return the parts of a status update: ``status``, ``impact`` and ``doing``."""
    known = account.state.telling.impact or NOT_KNOWN
    return {
        "status": _status(account),
        "impact": known.for_html_text(limit=2000),
        "doing": _doing(account),
    }


def update_facts(account: Account) -> Composed:
    """Return what is posted with an update, as the log has it."""
    told = [row(rows.head(account)), row("since ", At(account.card.since))]
    told += rows.people(account)[:1]
    return composed(account, [part("", told)])


def handover_draft(account: Account) -> dict[str, str]:
    """Return the text of a handover note: ``note``."""
    unknown = [f"Unknown: {one}." for one in rows.not_known(account)]
    watch = [*_watch(account), *unknown]
    found = [_status(account), _doing(account), "", "Watch:"]
    return {"note": "\n".join([*found, *(f"- {one}" for one in dict.fromkeys(watch))])}


def handover_facts(account: Account) -> Composed:
    """Return what goes with a handover, as the log has it."""
    going_on = [one for one in account.plans if one.stage in OPEN_STAGES]
    parts = [
        part("Stands", [row(rows.head(account)), rows.severity(account)]),
        part("Steps", rows.steps(account)[-_MOST:]),
        part("Plans", [_waits(one) for one in going_on][-_MOST:]),
        part("Promised", rows.promised(account)[:_MOST]),
        part("Next", rows.next_moves(account)[:1]),
        part("Who has what", rows.people(account)),
    ]
    return composed(account, parts)


def fields(account: Account, writing: Writing) -> dict[str, str]:
    """Return the drafted parts of a writing, by name; none where it has no form."""
    match writing:
        case Writing.UPDATE:
            return update_draft(account)
        case Writing.HANDOVER:
            return handover_draft(account)
        case _:
            return {}


def facts(account: Account, writing: Writing) -> Composed:
    """Return what is posted beside the words of a person, as the log has it."""
    match writing:
        case Writing.UPDATE:
            return update_facts(account)
        case Writing.HANDOVER:
            return handover_facts(account)
        case _:
            return composed(account, [])


def added(account: Account, writing: Writing) -> Part:
    """Return what a model adds to a draft; without rows for nothing."""
    return of_model(account, writing)


_MOST = 6


def _status(account: Account) -> str:
    card, state = account.card, account.state
    where = f" on {card.system_title}" if card.system_title else ""
    bad = f"a {state.severity.value} incident{where}: {_small(card.category_title)}"
    since = f"It began at {card.since:%H:%M} UTC on {card.since:%Y-%m-%d}"
    if account.resolved_at:
        ended = f"and ended at {account.resolved_at:%H:%M} UTC"
        return f"{_DOES[state.phase]} {bad}. {since} {ended}."
    count = "1 alert" if card.alert_count == 1 else f"{card.alert_count} alerts"
    return f"{_DOES[state.phase]} {bad}. {since}; {count} so far."


def _doing(account: Account) -> str:
    found = [_steps(account), _plans(account)]
    said = " ".join(one for one in found if one)
    return said or "No step has been taken yet."


def _steps(account: Account) -> str:
    found = []
    for state, title in (("done", "Done"), ("taken", "In hand")):
        steps = account.state.steps.items()
        named = [f"step {n} of {book}" for (book, n), s in steps if s.state == state]
        if named:
            found.append(f"{title}: {', '.join(named)}.")
    return " ".join(found)


def _plans(account: Account) -> str:
    ran = sum(one.stage.value == "verified" for one in account.plans)
    waits = sum(one.stage.value == "pending" for one in account.plans)
    found = []
    if ran:
        found.append(f"{_count(ran, 'action')} ran and {_were(ran)} verified.")
    if waits:
        wait = "waits" if waits == 1 else "wait"
        found.append(f"{_count(waits, 'action')} {wait} for approval.")
    return " ".join(found)


def _watch(account: Account) -> list[str]:
    card, found = account.card, list[str]()
    if card.flapping:
        found.append(f"A problem comes and goes: back {card.flapping} times so far.")
    if account.state.firing:
        count = len(account.state.firing)
        found.append(f"{_count(count, 'problem')} {_are(count)} still firing.")
    if not account.state.commander:
        found.append("Nobody is the commander.")
    return found


def _waits(one: PlanRecord) -> Row:
    return rows.waits_for(one) if one.stage.value == "pending" else rows.plan(one)


def _small(text: str) -> str:
    """Return a title in the middle of a sentence; LLM stays LLM."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _were(n: int) -> str:
    return "was" if n == 1 else "were"


def _are(n: int) -> str:
    return "is" if n == 1 else "are"
