"""What a person can ask about writings, as typed values. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.telling import AUDIENCES
from bot.domain.writing import Writing
from bot.slack.requests import Submission
from bot.slack.wishes import known_incident, out_of_date

CATCH_UP_BUTTON = "catchup.open"
TAKE_BUTTON = "handover.take"
UPDATE_FORM, HANDOVER_FORM = "incident.update", "incident.handover"
FORMS: Mapping[str, Writing] = {
    UPDATE_FORM: Writing.UPDATE,
    HANDOVER_FORM: Writing.HANDOVER,
}
NEVER = "No promise"
WITHIN: Mapping[str, timedelta | None] = {
    "30 minutes": timedelta(minutes=30),
    "15 minutes": timedelta(minutes=15),
    "1 hour": timedelta(hours=1),
    "2 hours": timedelta(hours=2),
    "4 hours": timedelta(hours=4),
    "1 day": timedelta(days=1),
    NEVER: None,
}
FIELDS: Mapping[str, tuple[str, ...]] = {
    UPDATE_FORM: ("status", "impact", "doing"),
    HANDOVER_FORM: ("note",),
}
_MOST_TAKEN = 6
_DRAFTED = re.compile(r"(?P<name>[a-z]{2,12}):(?P<digest>[0-9a-f]{8})")
_ENTRY = re.compile(r"-1|\d{1,12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingWish:
    """What a person wants.

    Attributes:
        incident: ``INC-0001``; "" for the newest open one of the channel.
        person: Slack id of whom it is handed to; "" where none is named yet.
        takes: They take what was handed over.
        fields: Name of a part to what they left in it: not redacted yet.
        drafted: Name of a part to the short digest of its draft.
        entry: Entry whose claims of a model were offered; `taken` of them, from 1.
    """

    writing: Writing
    incident: str = ""
    person: str = ""
    takes: bool = False
    audience: str = ""
    within: timedelta | None = None
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    drafted: Mapping[str, str] = field(default_factory=dict)
    entry: int = -1
    taken: tuple[str, ...] = ()


def of_click(carried: str) -> WritingWish:
    """Return what the button on a handover asks for.

    Raises:
        BadRequest: It does not name an incident.
    """
    found = known_incident(carried)
    return WritingWish(writing=Writing.HANDOVER, incident=found, takes=True)


def packed(incident: str, entry: int, drafted: Mapping[str, str]) -> str:
    """Return what a form carries: ids and digests, no words."""
    digests = ",".join(f"{name}:{digest}" for name, digest in drafted.items())
    return f"{incident}|{entry}|{digests}"


def of_form(sent: Submission) -> WritingWish:
    """Return what a form asks for.

    Raises:
        BadRequest: It is not one of this version.
    """
    incident, _, rest = sent.incident.partition("|")
    entry, _, digests = rest.partition("|")
    if not _ENTRY.fullmatch(entry) or sent.form not in FORMS:
        raise out_of_date()
    entered, writing = sent.values, FORMS[sent.form]
    audience, within = entered.get("audience", ""), entered.get("next", NEVER)
    is_update = writing is Writing.UPDATE
    if is_update and (audience not in AUDIENCES or within not in WITHIN):
        raise out_of_date()
    drafted = (_DRAFTED.fullmatch(one) for one in digests.split(","))
    return WritingWish(
        writing=writing,
        incident=known_incident(incident),
        person=entered.get("person", ""),
        audience=audience,
        within=WITHIN[within] if is_update else None,
        fields={name: entered.get(name, "") for name in FIELDS[sent.form]},
        drafted={one["name"]: one["digest"] for one in drafted if one},
        entry=int(entry),
        taken=taken(entered.get("ai", "")),
    )


def taken(entered: str) -> tuple[str, ...]:
    """Return the numbers of the bullets that were ticked."""
    found = (one for one in entered.split(",") if one.isascii() and one.isdigit())
    return tuple(dict.fromkeys(found))[:_MOST_TAKEN]
