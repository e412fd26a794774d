"""A group of alerts in the format that Alertmanager made and Grafana took over.

Labels, annotations, a state and a fingerprint for each alert, and beside them what
the group has in common. What only one of the two sends is in `integrations/`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.envelope import Status
from bot.domain.errors import Unparsed
from bot.domain.untrusted import Untrusted
from bot.envelopes.fields import count_of, first_text, member, safe_key, text_of
from bot.envelopes.jsonbody import Document, Json, read_json
from bot.envelopes.mapping import MAX_ALERTS, MAX_TEXTS, body, digest, identifier
from bot.envelopes.statuses import status_of
from bot.envelopes.times import read_time
from bot.ports.integration import Payload, Skeletons

_MOST_CUT = 1_000_000
# An alert that says its state itself means the same at any time.
_STATED = ("firing", "resolved")
_TIMES = frozenset({"startsAt", "endsAt", "updatedAt"})
_WRONG_TYPE = "a label or annotation is not a text; it is left out"
_NOT_AN_ALERT = "an entry of the alert list is not an alert; it is counted, not shown"
_RUNBOOKS = ("runbook_url", "runbook", "dashboard_url", "dashboard", "playbook")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedAlert:
    """One alert of a group.

    Attributes:
        value: As it came.
        group: The group as it came.
        labels: Its own over the group's common ones; blank ones are left out.
        remarks: Its annotations, in the same way.
        notes: What had to be bent.
    """

    value: Json
    group: Json
    labels: Mapping[str, str]
    remarks: Mapping[str, str]
    notes: tuple[str, ...]

    @property
    def dedup_key(self) -> str:
        """Return its fingerprint, else a digest of its labels or annotations."""
        fingerprint = identifier(first_text(self.value, "fingerprint"))
        return fingerprint or digest(dict(self.labels or self.remarks))

    @property
    def group_key(self) -> str:
        """Return the group's key; "" where all alerts share one without labels.

        Such a group says nothing: taking it as one problem would join everything.
        """
        key = first_text(self.group, "groupKey")
        if member(self.group, "groupLabels") == {} or key.endswith(":{}"):
            return ""
        return identifier(key)

    @property
    def title(self) -> Untrusted:
        """Return its summary, else its name, else its description's first line."""
        named = [self.remarks.get(one, "") for one in ("summary", "title", "message")]
        described = self.remarks.get("description", "").split("\n", 1)[0]
        name = self.labels.get("alertname", "")
        found = [*named, name, described, "Alert without a name"]
        return body(next(text for text in found if text))

    @property
    def texts(self) -> dict[str, Untrusted]:
        """Return labels and annotations under their paths."""
        named = {f"labels.{key}": text for key, text in self.labels.items()}
        named |= {f"annotations.{key}": text for key, text in self.remarks.items()}
        return {key: body(text) for key, text in list(named.items())[:MAX_TEXTS]}

    def links(self, *own: str) -> list[str]:
        """Return addresses: fields of the alert, then those in its annotations."""
        found = [first_text(self.value, name) for name in own]
        return found + [self.remarks.get(name, "") for name in _RUNBOOKS]

    def status(self, *, now: datetime) -> Status:
        """Return what it says, else whether it has ended, else what its group says."""
        said = status_of(first_text(self.value, "status"))
        if said is not None:
            return said
        ended = read_time(member(self.value, "endsAt"))
        if ended is not None and ended <= now:
            return Status.RESOLVED
        return status_of(first_text(self.group, "status")) or Status.FIRING


def alerts_of(group: Json) -> list[Json]:
    """Return the entries of a group's list of alerts."""
    found = member(group, "alerts")
    return found if isinstance(found, list) else []


def read_group(document: Document, *, sender: str) -> tuple[list[GroupedAlert], int]:
    """Return the alerts of a group, and how many more it stands for.

    Args:
        sender: Who is meant to have sent it, for the error.

    Raises:
        Unparsed: There is no list of alerts.
    """
    entries = alerts_of(document.value)
    alerts = [one for one in entries if isinstance(one, dict)]
    if not alerts:
        raise Unparsed(
            f"The payload is not one of {sender}",
            because="it holds no list of alerts",
            next_move="Post its webhook format, or use another source for this sender.",
        )
    notes = (*document.notes, *((_NOT_AN_ALERT,) * (len(alerts) < len(entries))))
    cut = count_of(member(document.value, "truncatedAlerts"), most=_MOST_CUT)
    kept = alerts[:MAX_ALERTS]
    made = [_alert(one, document.value, notes) for one in kept]
    return made, cut + len(entries) - len(made)


def skeletons(payload: Payload) -> Skeletons | None:
    """Return the alerts without their times; None where a time decides more.

    Without a status, the time of its end says whether an alert is over.

    Raises:
        Unparsed: It is not JSON.
    """
    document = read_json(payload.body)
    group = document.value
    entries = alerts_of(group)
    if not isinstance(group, dict) or not 0 < len(entries) <= MAX_ALERTS:
        return None
    alerts = [one for one in entries if isinstance(one, dict)]
    if any(one.get("status") not in _STATED for one in alerts):
        return None
    if len(alerts) < len(entries):
        return None
    beside = {name: one for name, one in group.items() if name != "alerts"}
    return Skeletons(
        shared=(beside, document.notes),
        each=tuple(
            (_timeless(one), read_time(member(one, "startsAt"))) for one in alerts
        ),
    )


def _timeless(alert: dict[str, Json]) -> dict[str, Json]:
    return {name: one for name, one in alert.items() if name not in _TIMES}


def _alert(value: Json, group: Json, notes: tuple[str, ...]) -> GroupedAlert:
    bent = any(_bent(value))
    return GroupedAlert(
        value=value,
        group=group,
        labels=_words(group, "commonLabels") | _words(value, "labels"),
        remarks=_words(group, "commonAnnotations") | _words(value, "annotations"),
        notes=(*notes, *((_WRONG_TYPE,) * bent)),
    )


def _words(value: Json, name: str) -> dict[str, str]:
    """Return labels or annotations; what is not a scalar or is blank is left out."""
    found = member(value, name)
    if not isinstance(found, dict):
        return {}
    texts = {safe_key(key): text_of(one) for key, one in found.items()}
    return {key: text for key, text in texts.items() if text.strip()}


def _bent(alert: Json) -> Iterator[bool]:
    for name in ("labels", "annotations"):
        found = member(alert, name)
        if isinstance(found, dict):
            yield any(isinstance(x, dict | list) or x is None for x in found.values())
        else:
            yield found is not None
