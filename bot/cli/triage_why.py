"""Why an alert got its category and severity, as `tocsin triage --explain` shows it.

What had a say is `bot/domain/classification_explain.py`; here it becomes keys and
lines. Names of fields come from outside, so they are shown without hidden characters.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bot.domain.untrusted import clip, visible

if TYPE_CHECKING:
    from bot.domain.classification_explain import Heard, Say
    from bot.domain.classification_rules import Rulebook
    from bot.domain.envelope import Alert
    from bot.domain.registry import System

_LONGEST_NAME = 120
_MOST_WORDS = 8
_MOST_RUNNERS_UP = 3


def explained(
    alert: "Alert", rulebook: "Rulebook", *, system: "System | None"
) -> dict[str, object]:
    """Return everything that had a say about an alert, as JSON values."""
    from bot.domain.classification_explain import explain

    found = explain(
        alert.envelope,
        rulebook,
        system=system,
        masks=alert.masks,
        received_at=alert.received_at,
    )
    return {
        "decided": _said(found.decided) if found.decided else None,
        "runners_up": [_said(one) for one in found.runners_up[:_MOST_RUNNERS_UP]],
        "outcome": _said(found.outcome) if found.outcome else None,
        "moves": [_said(one) for one in found.moves],
        "rules_sha256": rulebook.digest,
    }


def frameworks(rulebook: "Rulebook") -> dict[str, str]:
    """Return the edition of each list of threats that ids are taken from."""
    return {one.id: one.edition for one in rulebook.frameworks}


def told_why(why: Mapping[str, Any]) -> list[str]:
    """Return an explanation as lines for a person."""
    lines = [f"    rules sha256 {str(why['rules_sha256'])[:12]}"]
    for title, said in (("decided", why["decided"]), ("outcome", why["outcome"])):
        lines += _lines(title, said) if said else []
    for title, all_said in (("then", why["runners_up"]), ("moved", why["moves"])):
        for said in all_said:
            lines += _lines(title, said)
    return lines


def _lines(title: str, said: Mapping[str, Any]) -> Iterable[str]:
    score = f"{said['score']:+g}" if title == "moved" else f"{said['score']:g}"
    about = {
        "moved": f"{score} {said['reason']}",
        "outcome": said["about"],
    }.get(title, f"{said['about']} {score}")
    yield f"    {title}: {about} ({said['rule']}, {said['file']})"
    for heard in said["heard"]:
        fields = ", ".join(heard["fields"])
        yield f"      {heard['what']} in {fields} ({heard['place']})"


def _said(say: "Say") -> dict[str, Any]:
    return {
        "rule": say.rule,
        "file": say.origin,
        "about": say.about,
        "score": say.score,
        "reason": say.reason,
        "heard": [_heard(one) for one in say.heard[:_MOST_WORDS]],
    }


def _heard(one: "Heard") -> dict[str, Any]:
    names = [_shown(name) for name in one.fields[:_MOST_WORDS]]
    return {"what": one.what, "fields": names, "place": one.place}


def _shown(name: str) -> str:
    return clip(" ".join(visible(name).split()), _LONGEST_NAME)
