"""What `/incident runbooks` shows. Pure."""

from collections.abc import Mapping, Sequence

from bot.domain.considered import Considered, Option
from bot.domain.judging_events import Verdict
from bot.slack import answers, rich
from bot.slack.answers import Answer
from bot.slack.feedback import AGAIN_BUTTONS
from bot.slack.sentences import Code, Piece, Strong, Who, clipped
from bot.slack.wishes import value

NOT_KEPT = "Nothing is shown: this bot does not keep what was considered."
_NONE = "No runbook fits by the rules. Write what you do as notes."
_BEFORE = (
    "Nothing was noted here: the incident was opened before suggestions were kept."
)
_HASH = 8
_TAGS = 5
_MODES: Mapping[str, str] = {
    "rank": "Earlier incidents of the same kind change the order; the board shows how.",
    "show": "Earlier incidents are told and change nothing.",
    "off": "Earlier incidents are left out.",
}
_VERDICTS: Mapping[Verdict, str] = {
    Verdict.REJECTED: "rejected by ",
    Verdict.WRONG: "called wrong by ",
    Verdict.NONE_FITS: "rejected, as none fits, by ",
}


def considered(found: Considered) -> Answer:
    """Return the runbooks that were considered, best first, as only the asker sees."""
    count = len(found.options)
    none = _NONE if found.is_kept else _BEFORE
    text = f"{found.incident}: {count} considered." if count else none
    head = rich.header("head", f"Runbooks considered · {found.incident}")
    parts = []
    for rank, one in enumerate(found.options, 1):
        parts += [rich.section(line) for line in _option(rank, one)]
    if not parts:
        parts.append(rich.section([none]))
    if found.none_by:
        said: list[Piece] = [Who(found.none_by), " said that none of them fits."]
        parts.append(rich.section(said))
    blocks = [head, rich.rich_text("considered", *parts)]
    again = [one for one in found.options if found.is_open and _is_out(found, one)]
    row = [
        rich.button(
            f"Offer {one.runbook} again",
            action=action,
            value=value(found.incident, one.runbook),
        )
        for action, one in zip(AGAIN_BUTTONS, again, strict=False)
    ]
    if row:
        blocks.append(rich.actions("again", row))
    blocks.append(rich.small("how", _MODES[found.mode]))
    return {**answers.plain(text), "blocks": list(rich.within_budget(blocks))}


def _is_out(found: Considered, one: Option) -> bool:
    return one.rejection is not None or bool(found.none_by)


def _option(rank: int, one: Option) -> list[list[Piece]]:
    edition = f"v{one.version} {one.digest[:_HASH]}"
    changed = " · its file reads otherwise now" if one.changed else ""
    head: list[Piece] = [
        Strong(f"{rank}. {one.runbook} · {clipped(one.title, 80)}"),
        " · ",
        Code(edition),
        changed,
    ]
    weight = f", {one.weight:+.2f} of it by history" if one.weight else ""
    why: list[Piece] = [f"Score {one.score:.2f}{weight}: {clipped(one.why, 260)}"]
    lines = [[*head, *_state(one)], why]
    if one.history:
        lines.append([f"Today: {clipped(one.history, 160)}"])
    return [*lines, [f"{_tags('ATLAS', one.atlas)} · {_tags('OWASP', one.owasp)}\n"]]


def _tags(name: str, tags: Sequence[str]) -> str:
    more = f" and {len(tags) - _TAGS} more" if tags[_TAGS:] else ""
    return f"{name} {', '.join(tags[:_TAGS]) or 'none'}{more}"


def _state(one: Option) -> list[Piece]:
    row: list[Piece] = []
    if one.taken_by:
        row += [" · taken by ", Who(one.taken_by)]
    if one.rejection is not None:
        said = _VERDICTS.get(one.rejection.verdict, "rejected by ")
        row += [f" · {said}", Who(one.rejection.by)]
    return row
