"""Tocsin itself, about a figure that left its usual band, or came back into it.

The notices are written by `bot/watch/baselines.py` and come by no door from outside.
What is usual is learned in `bot/domain/baseline.py`; what kind of incident a kind of
figure means stands in `bot/rules/sources/baseline.yaml`.
"""

from collections.abc import Mapping

from bot.domain.envelope import Entity, EntityKind, Envelope, Status
from bot.domain.errors import Unparsed
from bot.domain.untrusted import Untrusted
from bot.envelopes.fields import first_text
from bot.envelopes.jsonbody import Json, loads, read_json, read_text
from bot.envelopes.mapping import body, identifier
from bot.envelopes.times import read_time
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="baseline",
    title="Baselines of registered systems",
    docs="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/"
    "API_GetMetricData.html",
    summary="A figure of a registered system has left its usual band, or is back.",
    ours=True,
)
_KIND = "baseline"
_EVENTS = {"left_band": Status.FIRING, "back_in_band": Status.RESOLVED}
_SIDES = {"above": "above", "below": "below"}
_SHOWN = (
    *("figure", "side", "value", "usual", "band", "unit", "since", "outside"),
    *("times_baseline", "read_from"),
)


def recognizes(payload: Payload) -> bool:
    """Tell whether it is a notice of ours about a figure."""
    try:
        return _is_ours(loads(read_text(payload.body)).value)
    except Unparsed:
        return False


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return the one alert of a notice.

    Raises:
        Unparsed: It is no such notice.
    """
    document = read_json(payload.body)
    notice = document.value
    system = identifier(first_text(notice, "system"))
    name = identifier(first_text(notice, "name"))
    event = first_text(notice, "event")
    if not (_is_ours(notice) and system and name and event in _EVENTS):
        raise Unparsed(
            "The payload is not a notice about a baseline",
            because="it does not say which figure of which system it is about",
            next_move="Only Tocsin itself writes such notices.",
        )
    at = first_text(notice, "at")
    return (
        Envelope(
            source=MANIFEST.name,
            source_event_id=identifier(f"{system}/{name} {event} {at}"),
            dedup_key=identifier(f"{system}/{name}"),
            status=_EVENTS[event],
            occurred_at=read_time(at or None),
            title=body(_title(system, name, notice, event)),
            texts=_texts(notice),
            entities=(Entity.named(EntityKind.SERVICE, system),),
            notes=document.notes,
        ),
    )


def _is_ours(value: Json) -> bool:
    return isinstance(value, dict) and value.get("tocsin") == _KIND


def _texts(notice: Json) -> Mapping[str, Untrusted]:
    found = ((name, first_text(notice, name)) for name in _SHOWN)
    return {name: body(text) for name, text in found if text}


def _title(system: str, name: str, notice: Json, event: str) -> str:
    unit = first_text(notice, "unit")
    value = " ".join([first_text(notice, "value") or "unknown", unit]).strip()
    usual = first_text(notice, "usual") or "unknown"
    if event == "back_in_band":
        return f"{name} of {system} is usual again: {value}"
    side = _SIDES.get(first_text(notice, "side"), "outside")
    began = read_time(first_text(notice, "since") or None)
    since = f" since {began:%H:%M} UTC" if began else ""
    band = first_text(notice, "band")
    held = f"{usual} ({band})" if band else usual
    return f"{name} of {system} is {side} its usual band{since}: {value}, usual {held}"
