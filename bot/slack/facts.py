"""The sentences on a card: where it stands, what is known, what comes next. Pure.

Which blocks they stand in, and the buttons below them, is the business of
`cards.py`.
"""

from collections.abc import Sequence

from bot.domain.card import CardView
from bot.domain.events import Phase
from bot.domain.summary import Claim
from bot.redact import told
from bot.slack import grouping_words, judging_words, words
from bot.slack.sentences import Foreign, Piece, Strong, When, Who, clipped

CLAIMS = 6
_EVIDENCE = 6
_NOTICES = 4
_UNKNOWNS = 4
_SOURCES = 4


def standing(view: CardView) -> list[list[Piece]]:
    """Return the lines above the claims."""
    drill: list[Piece] = [Strong(words.DRILL)] if view.state.drill else []
    return [
        drill,
        _together(view),
        _stands(view),
        _meta(view),
        _earlier(view),
        _quiet(view),
    ]


def _stands(view: CardView) -> list[Piece]:
    """Return where the response stands and who has it."""
    state = view.state
    row: list[Piece] = [Strong(view.id), f" · {state.phase}"]
    if state.phase is Phase.RESOLVED:
        row.append(f" as {words.said(state.outcome)}")
    elif not state.acked_by:
        row.append(" · nobody has acknowledged")
    if state.acked_by:
        row += [" · acknowledged by ", Who(state.acked_by)]
    if state.commander:
        row += [" · IC ", Who(state.commander)]
    return row


def _meta(view: CardView) -> list[Piece]:
    row: list[Piece] = []
    if view.risk_tier:
        row.append(f"Risk tier {view.risk_tier} · ")
    if view.owner:
        # A drill must not page the people who own the real system.
        owner = view.owner if view.state.drill else Who(view.owner)
        row += ["owner ", owner, " · "]
    count = "1 alert" if view.alert_count == 1 else f"{view.alert_count} alerts"
    sources = ", ".join(view.sources[:_SOURCES]) or "unknown source"
    more = (
        f" and {len(view.sources) - _SOURCES} more" if view.sources[_SOURCES:] else ""
    )
    row += ["since ", When(view.since), f" · {count} from {sources}{more}"]
    return [*row, *grouping_words.grouped(view.grouped_by)]


def _together(view: CardView) -> list[Piece]:
    """Return what the kinds of alert mean together."""
    if not view.meanings:
        return []
    named = " · ".join(view.meanings)
    return [Strong(named), " · alerts of several kinds tell of it within 60 min"]


def _quiet(view: CardView) -> list[Piece]:
    """Return why the card keeps still."""
    state, row = view.state, list[Piece]()
    if state.snoozed_until is not None:
        row += [Strong("Snoozed"), " until ", When(state.snoozed_until), " by "]
        row += [Who(state.snoozed_by), ": ", Foreign(state.snooze_reason, limit=200)]
    if view.flapping:
        row += [" · "] if row else []
        row.append(f"Flapping: came back {view.flapping} times, only counted now")
    return row


def _earlier(view: CardView) -> list[Piece]:
    """Return which incident had the same problem before."""
    state = view.state
    if not state.earlier:
        return []
    row: list[Piece] = [f"Same problem as {state.earlier}"]
    if view.earlier_ended_at is None:
        return row
    return [*row, ", resolved ", When(view.earlier_ended_at, counts=True)]


def numbers(claims: Sequence[Claim]) -> dict[str, int]:
    """Number the evidence in the order in which it is first needed."""
    used = [one for claim in claims[:CLAIMS] for one in claim.evidence]
    return {one: n for n, one in enumerate(dict.fromkeys(used), 1)}


def bullet(claim: Claim, numbered: dict[str, int]) -> list[Piece]:
    """Return a claim with the numbers of its evidence."""
    marks = [f"[{numbered[one]}]" for one in claim.evidence]
    more = f" and {len(marks) - _EVIDENCE} more" if marks[_EVIDENCE:] else ""
    return [Foreign(claim.text), " ", "".join(marks[:_EVIDENCE]) + more]


def legend(numbered: dict[str, int]) -> str:
    """Return which alert each number means."""
    shown = [f"[{n}] {one}" for one, n in list(numbered.items())[:_EVIDENCE]]
    rest = len(numbered) - _EVIDENCE
    more = f" and {rest} more" if rest > 0 else ""
    return "Evidence: " + "  ".join(shown) + more


def after(view: CardView) -> list[list[Piece]]:
    """Return the lines below the claims."""
    why = "; ".join(f"{one.text}{_steps(one.steps)}" for one in view.reasons)
    notices: list[list[Piece]] = [
        [f"Note: {clipped(one, 200)}"] for one in view.notices[:_NOTICES]
    ]
    reason = f"Why {view.state.severity}: {clipped(why, 300)}"
    because: list[Piece] = [reason] if why else []
    return [_known(view), because, *notices, _diagnostics(view), _next(view)]


def _diagnostics(view: CardView) -> list[Piece]:
    """Return how far the diagnostics are, and what is in them."""
    at = view.diagnostics
    if at is None or view.state.phase is Phase.RESOLVED:
        return []
    if at.ready_at is None:
        far = f", {at.done} of {at.total}" if at.total else ""
        return [Strong("Diagnostics: "), f"collecting{far}"]
    files = "1 file" if at.files == 1 else f"{at.files} files"
    missing = f", {at.missing} missing" if at.missing else ""
    return [Strong("Diagnostics ready "), When(at.ready_at), f" · {files}{missing}"]


def _steps(steps: int) -> str:
    return f" ({steps:+d})" if steps else ""


def _known(view: CardView) -> list[Piece]:
    """Return what is not known, what was masked, and who wrote the bullets."""
    row = []
    if view.summary.unknown:
        unknown = "; ".join(view.summary.unknown[:_UNKNOWNS])
        row.append(f"Unknown: {clipped(unknown, 300)}")
    if view.summary.asks:
        asks = "; ".join(one.for_slack() for one in view.summary.asks)
        row.append(f"Unknown (AI-written): {clipped(asks, 200)}")
    if view.masked:
        row.append(f"masked: {told(view.masked)}")
    gone = judging_words.taken_back(view)
    if view.summary.by_whom or not gone:
        row.append(clipped(view.summary.by_whom or view.model, 160))
    said = " · ".join(row)
    return [f"{said} · " if said and gone else said, *gone]


def _next(view: CardView) -> list[Piece]:
    step = view.next_step
    if view.state.phase is Phase.RESOLVED:
        return []
    if step is None:
        return [Strong("Next: "), *judging_words.none_fits(view)]
    if step.state not in ("", "taken"):
        over = f"every step of {step.runbook} is over ({step.far}); decide together."
        return [Strong("Next: "), over]
    what = f"{clipped(step.text.rstrip('.'), 300)}, runbook {step.runbook} step "
    why = f"{step.number}: {clipped(step.why, 200)}"
    far = f" · {step.far}" if step.far else ""
    row: list[Piece] = [Strong("Next: "), what + why + far]
    return [*row, " · taken by ", Who(step.by)] if step.state == "taken" else row
