"""Tocsin itself, about a source that promised to call: it is silent, or it is back.

The notices are written by `bot/watch/heartbeats.py` and come by no door from outside.
When a source counts as silent is decided in `bot/domain/heartbeat.py`.
"""

from datetime import datetime

from bot.domain.envelope import Entity, EntityKind, Envelope, Status
from bot.domain.errors import Unparsed
from bot.domain.untrusted import Untrusted
from bot.envelopes.fields import first_text, text_of
from bot.envelopes.jsonbody import Json, loads, read_json, read_text
from bot.envelopes.mapping import body, identifier
from bot.envelopes.times import read_time
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="heartbeat",
    title="Heartbeats of sources",
    docs="https://prometheus.io/docs/practices/alerting/#metamonitoring",
    summary="A source that promised to call is silent, or calls again.",
    ours=True,
)
_KIND = "heartbeat"
_EVENTS = {"source_silent": Status.FIRING, "source_heard": Status.RESOLVED}
_HOUR_S, _MINUTE_S = 3600, 60


def recognizes(payload: Payload) -> bool:
    """Tell whether it is a notice of ours about a heartbeat."""
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
    source = identifier(first_text(notice, "about"))
    event = first_text(notice, "event")
    if not _is_ours(notice) or not source or event not in _EVENTS:
        raise Unparsed(
            "The payload is not a notice about a heartbeat",
            because="it does not say which source is silent or back",
            next_move="Only Tocsin itself writes such notices.",
        )
    at = read_time(first_text(notice, "at") or None)
    title = _title(source, notice, event, at or payload.received_at)
    told = (_text(name, notice) for name in ("event", "last_beat_at", "counted_from"))
    return (
        Envelope(
            source=MANIFEST.name,
            source_event_id=identifier(f"{source} {event} {first_text(notice, 'at')}"),
            dedup_key=source,
            status=_EVENTS[event],
            occurred_at=at,
            title=body(title),
            texts=dict(one for one in told if one[1])
            | {"says": body(_says(notice, event))},
            entities=(Entity.named(EntityKind.SERVICE, source),),
            notes=document.notes,
        ),
    )


def _is_ours(value: Json) -> bool:
    return isinstance(value, dict) and value.get("tocsin") == _KIND


def _text(name: str, notice: Json) -> tuple[str, Untrusted]:
    return name, body(first_text(notice, name))


def _title(source: str, notice: Json, event: str, at: datetime) -> str:
    if event == "source_heard":
        return f"{source} calls again"
    last = read_time(first_text(notice, "last_beat_at") or None)
    if last is None:
        return f"{source} has never called, although it promised to"
    ago = _span((at - last).total_seconds())
    return f"{source} is silent: its last call was {ago} ago"


def _says(notice: Json, event: str) -> str:
    every = f"It promised to call every {_span(_number(notice, 'every_s'))}"
    if event == "source_heard":
        taken_back = first_text(notice, "promise") == "taken back"
        return "Its promise was taken back." if taken_back else f"{every}."
    waited = f"; Tocsin waited {_span(_number(notice, 'grace_s'))} longer."
    away = (
        " Tocsin itself was away after that call, so the silence is counted from its"
        " return."
    )
    never = " Tocsin counts from its own start."
    if first_text(notice, "was_away") != "true":
        return every + waited
    return every + waited + (away if first_text(notice, "last_beat_at") else never)


def _number(notice: Json, name: str) -> float:
    try:
        return float(text_of(notice.get(name)) if isinstance(notice, dict) else "")
    except ValueError:
        return 0.0


def _span(seconds: float) -> str:
    """Return ``5 min``, ``1 min 30 s`` or ``2 h 10 min``."""
    whole = max(round(seconds), 0)
    if whole < _HOUR_S and whole % _MINUTE_S:
        minutes, rest = divmod(whole, _MINUTE_S)
        return f"{minutes} min {rest} s" if minutes else f"{rest} s"
    hours, minutes = divmod(whole // _MINUTE_S, 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes)
    return " ".join(parts) or "0 s"
