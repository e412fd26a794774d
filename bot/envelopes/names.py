"""The names that many senders give to the same part of an alert.

For sources we have never seen. A source we know says what is what
(`bot/envelopes/mapping.py`).
"""

from collections.abc import Sequence

from bot.envelopes.fields import Leaf, text_of
from bot.envelopes.things import folded


def names(text: str) -> tuple[str, ...]:
    """Return the names of a list that is written as one text with spaces."""
    return tuple(text.split())


# One list each, most telling name first.
TITLE = names(
    "title summary headline subject alertdisplayname alarmname alertname"
    " alertrulename rulename alertrule checkname monitorname eventmessage message msg"
    " detailtype displayname description text body reason eventname eventtype"
    " metricname event type name action"
)
SEVERITY = names(
    "severity alertseverity level loglevel priority criticality urgency impact"
)
TIME = names(
    "occurredat eventtime timestamp time startsat startedat starttime firedat"
    " fireddatetime triggeredat effectiveat statechangetime createdat created date"
    " ts"
)
EVENT_ID = names(
    "eventid id messageid alertid uuid uid requestid deliveryid incidentid"
)
DEDUP = names(
    "dedupkey deduplicationkey fingerprint alias alertid incidentkey incidentid"
    " monitorid alarmarn alertruleid ruleid checkid issueid"
)
STATUS = frozenset(
    names(
        "status state currentstate alertstate monitorcondition newstatevalue newstatus"
        " alertstatus transition alerttransition alerttype eventtype type event action"
        " recordstate incidentstate resolution"
    )
)
# Each level deeper weighs as much as this many places down the list.
_LEVEL = 4
_DEEPEST = 5
_LONGEST = 2000
_SAYS_NOTHING = frozenset({"none", "null", "n/a", "-", "undefined"})


def best(found: Sequence[Leaf], names: Sequence[str]) -> str:
    """Return the text of the leaf whose name says most, shallow before deep.

    "" when no leaf within five levels has one of the names.
    """
    rank = {name: place for place, name in enumerate(names)}
    fitting = [
        (rank[name] + _LEVEL * leaf.depth, place, text)
        for place, leaf in enumerate(found)
        if leaf.depth <= _DEEPEST and (name := folded(leaf.name)) in rank
        if (text := text_of(leaf.value).strip()) and len(text) <= _LONGEST
        if text.casefold() not in _SAYS_NOTHING
    ]
    return min(fitting, default=(0, 0, ""))[2]
