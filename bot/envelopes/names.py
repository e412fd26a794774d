"""The names that many senders give to the same part of an alert.

For sources we have never seen. A source we know says what is what
(`bot/envelopes/mapping.py`).
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from bot.envelopes.fields import Leaf, text_of
from bot.envelopes.things import folded
from bot.envelopes.times import read_time
from bot.envelopes.wording import spoken


def names(text: str) -> tuple[str, ...]:
    """Return the names of a list that is written as one text with spaces."""
    return tuple(text.split())


# One list each, most telling name first.
TITLE = names(
    "title summary headline subject alertdisplayname alarmname alertname"
    " alertrulename rulename alertrule checkname monitorname messagetitle"
    " primarydescription eventmessage message msg"
    " detailtype displaymessage displayname signature searchname description text body"
    " reason intro cause alertdetails"
    " eventname eventtypename operationname actionname methodname eventtype"
    " eventsimplename conditionname policyname metricname event type name action rule"
)
SEVERITY = names(
    "severity alertseverity level loglevel priority criticality urgency impact"
)
TIME = names(
    "occurredat eventtime eventtimestamp timestamp time detectiontimestamp startsat"
    " startedat starttime firedat fireddatetime triggeredat effectiveat"
    " statechangetime detectedat incidenttimeiso createdat createdon created datecreate"
    " date ts start datestart datestartzoned begin published"
    " receivedat receivetimestamp lastseen updatedat updatedon when at"
)
EVENT_ID = names(
    "eventid eventuuid id messageid alertid uuid uid requestid deliveryid incidentid"
    " insertid activityid activityuuid correlationid"
)
DEDUP = names(
    "dedupkey deduplicationkey fingerprint alias alertid incidentkey incidentid"
    " monitorid alarmarn alertruleid ruleid checkid issueid threatid"
)
STATUS = frozenset(
    names(
        "status state currentstate alertstate monitorcondition newstatevalue newstatus"
        " alertstatus transition alerttransition alerttype eventtype type event action"
        " recordstate incidentstate resolution"
    )
)
# A name that only ends like one of a list, ``incident_title``, counts less.
_ENDINGS = {
    TITLE: names("title summary headline displayname description message rulename"),
    TIME: names("timestamp eventtime datetime time date at"),
}
_AN_ENDING = 12
_SHORTEST_STEM = 2
# Each level deeper weighs as much as this many places down the list.
LEVEL = 4
_DEEPEST = 5
_LONGEST = 2000
SAYS_NOTHING = frozenset({"none", "null", "n/a", "na", "-", "undefined", "unknown"})


def best(found: Sequence[Leaf], names: Sequence[str]) -> str:
    """Return the text of the leaf whose name says most, shallow before deep.

    "" when no leaf within five levels has one of the names.
    """
    rank = {name: place for place, name in enumerate(names)}
    fitting = [
        (rank[name] + LEVEL * leaf.depth, place, text)
        for place, leaf in enumerate(found)
        if leaf.depth <= _DEEPEST and (name := folded(leaf.name)) in rank
        if (text := text_of(leaf.value).strip()) and len(text) <= _LONGEST
        if text.casefold() not in SAYS_NOTHING
    ]
    return min(fitting, default=(0, 0, ""))[2]


def best_time(found: Sequence[Leaf]) -> datetime | None:
    """Return the believable time whose name says most; None when there is none.

    A value that is no time is passed over, so that ``"time": "5 min"`` hides nothing.
    """
    fitting = [
        (rank + LEVEL * leaf.depth, place, at)
        for place, leaf in enumerate(found)
        if leaf.depth <= _DEEPEST and (rank := _rank_of_time(leaf)) is not None
        if (at := read_time(leaf.value)) is not None
    ]
    named = min(fitting, default=(0, 0, None), key=lambda one: one[:2])[2]
    return named or next((at for leaf in found if (at := _stamp_in(leaf))), None)


# Times under such names are not of what happened.
_LATER = ("end", "expir", "until", "due", "next", "schedul", "deadline")
_LEAST_OF_A_STAMP = len("2026-05-04 10:11")


def _stamp_in(leaf: Leaf) -> datetime | None:
    """Return the time of a field nobody would name so, where it is plainly one."""
    name = leaf.path.casefold()
    if leaf.depth > _DEEPEST or any(map(_is_later, leaf.path.split("."))):
        return None
    if isinstance(leaf.value, str):
        digits = leaf.value.replace(".", "").isdigit()
        plain = len(leaf.value) >= _LEAST_OF_A_STAMP and not digits
        return read_time(leaf.value) if plain else None
    says = any(word in name for word in ("time", "date", "epoch", "when"))
    return read_time(leaf.value) if says else None


@lru_cache(maxsize=4096)
def _is_later(name: str) -> bool:
    words = spoken(name).casefold().split()
    return any(word.startswith(_LATER) and word != "endpoint" for word in words)


def _rank_of_time(leaf: Leaf) -> int | None:
    """Rank a time; ``timestamp.seconds`` is one, as protocol buffers write it."""
    if folded(leaf.name) not in ("seconds", "epochseconds"):
        return _time_rank(leaf.name)
    parts = leaf.path.split(".")
    return _time_rank(parts[-2]) if len(parts) > 1 else None


@lru_cache(maxsize=4096)
def title_rank(name: str) -> int | None:
    """Return how little a name says of a title, 0 for most; None for no title."""
    return _rank(name, TITLE)


@lru_cache(maxsize=4096)
def _time_rank(name: str) -> int | None:
    return None if _is_later(name) else _rank(name, TIME)


def _rank(name: str, wanted: tuple[str, ...]) -> int | None:
    plain = folded(name)
    if plain in wanted:
        return wanted.index(plain)
    for place, ending in enumerate(_ENDINGS[wanted]):
        if plain.endswith(ending) and len(plain) - len(ending) >= _SHORTEST_STEM:
            return len(wanted) + _AN_ENDING + place
    return None
