"""Turns what was read into HTML. Pure but for the templates that ship with us.

Every value is escaped, always: no template and no filter marks a value as safe, but
for the one style sheet of ours in a file that must stand alone. Text from outside
comes as `Untrusted`, which refuses to be printed other than by the filters `words` and
`line`; those mask it, and names from outside pass `shown`, which masks too.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from bot.domain.classification_category import confidence_word
from bot.domain.envelope import Mask as Masked
from bot.domain.grouping import because_of
from bot.domain.quoting import bare
from bot.domain.untrusted import Untrusted, clip, visible
from bot.redact import told
from bot.web import wording

if TYPE_CHECKING:  # templates are loaded at the first page
    from datetime import datetime

    from jinja2 import Environment
    from jinja2.runtime import Context

    from bot.domain.writing import Cast, Composed
    from bot.readmodels.alerts import Problem
    from bot.web.dossier import BoardView, Dossier

_LINE_MAX = 300
_WORDS_MAX = 3000
_KINDS_MAX = 12
Names = Mapping[str, Untrusted]
Mask = Callable[[str], str]


def board_page(view: "BoardView", *, names: Names, reader: str, mask: Mask) -> str:
    """Return the board.

    Args:
        names: What people call themselves, by Slack id.
        reader: Slack id of who reads.
        mask: Takes out of a text what must not be shown.
    """
    return _render("board.html", view=view, names=names, reader=reader, mask=mask)


def incident_page(
    view: "Dossier", *, names: Names, reader: str, mask: Mask, address: str = ""
) -> str:
    """Return one incident's page, for a browser that is signed in.

    Args:
        address: Where the page is, for who reads it on paper.
    """
    return _render(
        "incident.html",
        d=view,
        names=names,
        reader=reader,
        address=address,
        mask=mask,
    )


def incident_file(view: "Dossier", *, mask: Mask) -> str:
    """Return one incident as a file that needs nothing else: no links, no names."""
    from markupsafe import Markup

    style = Markup(asset("tocsin.css").decode())  # noqa: S704 - our own file
    return _render(
        "incident.html",
        d=view,
        names={},
        reader="",
        address="",
        inline_style=style,
        mask=mask,
    )


def postmortem_page(
    draft: "Composed",
    *,
    cast: "Cast | None",
    at: "datetime",
    note: str,
    names: Names,
    reader: str,
    mask: Mask,
) -> str:
    """Return the draft of a postmortem.

    Args:
        cast: People as roles; None to name them.
        note: Newest signed checkpoint, "" before the first.
    """
    return _render(
        "postmortem.html",
        draft=draft,
        cast=cast,
        at=at,
        note=note,
        names=names,
        reader=reader,
        mask=mask,
    )


def sign_in_page(token: str) -> str:
    """Return the page behind a link: a button, and nothing happens before."""
    return _render("sign_in.html", token=token, names={}, mask=str)


def message_page(
    title: str,
    *,
    because: str,
    next_move: str,
    again: str = "",
    reader: str = "",
    sign_in: str = "",
    onward: str = "",
) -> str:
    """Return a page that says what did not happen, why, and the next move.

    Args:
        again: Path of ours to try once more, "" for none.
        sign_in: Path at which Slack is asked who somebody is, "" for none.
        onward: Path of ours that the browser goes on to by itself, "" for none.
    """
    return _render(
        "message.html",
        title=title,
        because=because,
        next_move=next_move,
        again=again,
        sign_in=sign_in,
        onward=onward,
        reader=reader,
        names={},
        mask=str,
    )


def asset(name: str) -> bytes:
    """Return a file that the pages refer to; ours, from the package."""
    return (files("bot.web") / "assets" / name).read_bytes()


def people_in(view: "Dossier") -> set[str]:
    """Return the ids of everybody who stands on an incident's page."""
    state = view.card.state
    found = {state.acked_by, *state.roles.values(), view.card.owner}
    found |= {step.by for step in view.steps}
    for line in view.story:
        found |= {line.actor, *wording.people_of(line.text)}
    for plan in view.plans:
        found |= {plan.plan.requester, *(answer.by for answer in plan.answers)}
    return {one for one in found if one}


def people_on(view: "BoardView") -> set[str]:
    """Return the ids of everybody who stands on the board."""
    found = {
        one
        for line in (*view.open, *view.resolved)
        for one in (line.owner, line.row.commander, line.row.acked_by)
    }
    still = view.still
    found |= {one.by for one in still.frozen}
    found |= {still.stopped.by} if still.stopped else set()
    return {one for one in found if one}


def _render(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context

    made = Environment(
        loader=PackageLoader("bot.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "words": pass_context(_words),
        "line": pass_context(_line),
        "bare": bare,
        "number_in": pass_context(_number_in),
        "sureness": confidence_word,
        "shown": pass_context(_shown),
        "said": wording.said,
        "masked": lambda counts: told(counts, most=_KINDS_MAX),
        "masked_there": pass_context(_masked_there),
        "because": because_of,
        "iso": wording.iso,
        "stamp": wording.stamp,
        "short": wording.short,
        "clock": wording.clock,
        "day": wording.day,
        "by_day": wording.by_day,
        "pieces": wording.pieces,
        "stands": wording.stands,
        "tone": wording.tone,
        "person": wording.named,
    }
    made.filters |= {"kind": wording.kind_of, "shown_whole": pass_context(_whole)}
    made.tests |= {"slack_id": wording.is_slack_id, "entry_id": wording.is_entry}
    made.globals |= {"lasted": wording.lasted, "differs": wording.differs}
    return made


def _number_in(context: "Context", alert: str, problems: "Sequence[Problem]") -> str:
    """Return the number under which an alert stands, its id if it does not."""
    ids = [one.alert.id for one in problems]
    return str(ids.index(alert) + 1) if alert in ids else _shown(context, alert)


def _masked_there(context: "Context", mask: Masked) -> str:
    """Say how many values of a kind were masked, and in which field."""
    return f"{told({mask.kind: mask.count})} in {_shown(context, mask.path)}"


def _words(context: "Context", text: Untrusted) -> str:
    """Return text from outside in full, as text."""
    return _masked(context, text).for_html_text(limit=_WORDS_MAX)


def _line(context: "Context", text: Untrusted) -> str:
    """Return text from outside on one line."""
    return _masked(context, text).for_html_line(limit=_LINE_MAX)


def _shown(context: "Context", text: str) -> str:
    """Return a name from outside, such as a system's, on one visible line."""
    found = str(context["mask"](text))
    return clip(" ".join(visible(found).split()), _LINE_MAX)


def _whole(context: "Context", text: str) -> str:
    """Return a sentence of ours, masked; names from outside may stand in it."""
    return clip(visible(str(context["mask"](text))), _WORDS_MAX)


def _masked(context: "Context", text: Untrusted) -> Untrusted:
    return Untrusted(context["mask"](text.for_redaction()))
