"""Status pages: Atlassian Statuspage and those that copy its webhooks and its API.

Webhooks bring an incident, a maintenance or a component that changed. The public API
(``/api/v2/summary.json``, ``incidents.json``, ``status.json``) answers the same
objects in lists: each unresolved incident is one alert, a resolved one resolves, and
where everything works one alert says so and opens nothing.

A component's own state counts, not the page's: a page still says "major" when the
component is back.

Source:
    Atlassian support, "Enable webhook notifications"; the "Status API" page that
    every Statuspage has under ``/api``; Better Stack and Instatus, "Webhooks".
"""

from collections.abc import Iterator

from bot.domain.envelope import Entity, EntityKind, Envelope, Status
from bot.domain.errors import Unparsed
from bot.envelopes.fields import every, first, first_text, member, text_of
from bot.envelopes.jsonbody import Json, read_json
from bot.envelopes.mapping import (
    MAX_ALERTS,
    body,
    identifier,
    links_of,
    standing_for,
    word,
)
from bot.envelopes.times import read_time
from bot.envelopes.wording import joined, reworded
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="statuspage",
    title="Statuspage and providers' status",
    docs="https://support.atlassian.com/statuspage/docs/enable-webhook-notifications",
    summary="Incidents, maintenance and components, as webhooks and as the status API.",
)
_WORKS = frozenset({"operational", "up", "none", "ok"})
_OVER = frozenset({"resolved", "completed", "postmortem"})
_LISTS = ("incidents", "scheduled_maintenances", "components")
_MOST_NAMED = 10


def recognizes(payload: Payload) -> bool:
    """Tell by the page and what stands beside it whether it is a status page's."""
    try:
        value = read_json(payload.body).value
    except Unparsed:
        return False
    if not isinstance(member(value, "page"), dict):
        return False
    return bool(tuple(_things(value))) or _summary(value) is not None


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an incident, a maintenance or a component.

    Raises:
        Unparsed: Not JSON, or nothing of a status page stands in it.
    """
    document = read_json(payload.body)
    page, notes = member(document.value, "page"), document.notes
    made = [
        _incident(one, page, notes) if kind != "component" else _component(one, notes)
        for kind, one in _things(document.value)
    ]
    if not made:
        made = [_all_works(document.value, page, notes)]
    return standing_for(made[:MAX_ALERTS], max(len(made) - MAX_ALERTS, 0), last=True)


def _things(value: Json) -> Iterator[tuple[str, Json]]:
    """Return what the page tells of; of a list of components only what fails."""
    for name in ("incident", "maintenance"):
        if _is_object(one := member(value, name)):
            yield name, one
    if _is_object(member(value, "component_update")) or _is_object(
        member(value, "component")
    ):
        yield "component", value
    for name in ("incidents", "scheduled_maintenances"):
        yield from ((name, one) for one in every(value, f"{name}[]") if _is_object(one))
    covered = {text_of(one) for path in _COVERED for one in every(value, path)}
    for one in every(value, "components[]"):
        if _fails(one) and first_text(one, "id") not in covered:
            yield "component", {"component": one}


# The components that some incident of the list is about already.
_COVERED = ("incidents[].components[].id", "scheduled_maintenances[].components[].id")


def _fails(component: Json) -> bool:
    status = first_text(component, "status").casefold()
    # A group only repeats the worst of its members.
    return status not in _WORKS | {""} and first_text(component, "group") != "true"


def _is_object(value: Json) -> bool:
    return isinstance(value, dict)


def _incident(one: Json, page: Json, notes: tuple[str, ...]) -> Envelope:
    name = first_text(one, "name", "title") or "An incident"
    where = first_text(page, "name")
    told = first_text(one, "status")
    update = first(one, "incident_updates[0]", "maintenance_updates[0]", "updates[0]")
    told = told or first_text(update, "status")
    status = told.casefold()
    planned = member(one, "scheduled_for") is not None
    texts = {
        "event": "scheduled_maintenance" if planned else "incident",
        "status": reworded(told, status),
        "impact": first_text(one, "impact"),
        "name": name,
        "page.name": where,
        "update": first_text(update, "body", "markdown"),
    }
    parts = every(one, "components[].name") + every(
        update, "affected_components[].name"
    )
    names = dict.fromkeys(first_text({"n": each}, "n") for each in parts[:10])
    texts |= {f"components#{at}": each for at, each in enumerate(names, 1)}
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(first_text(update, "id") or first_text(one, "id")),
        dedup_key=identifier(f"incident {first_text(one, 'id') or name}"),
        status=Status.RESOLVED if status in _OVER else Status.FIRING,
        occurred_at=read_time(first(one, *_began(planned=planned))),
        title=body(joined(where, name)),
        texts={key: body(text) for key, text in texts.items() if text.strip()},
        entities=_services(where, *names),
        vendor_severity=word(first_text(one, "impact")),
        links=links_of([first_text(one, "shortlink", "url")]),
        notes=notes,
    )


def _began(*, planned: bool) -> tuple[str, ...]:
    began = ("started_at", "created_at", "updated_at", "incident_updates[0].created_at")
    return ("scheduled_for", *began) if planned else began


def _component(value: Json, notes: tuple[str, ...]) -> Envelope:
    update, one = member(value, "component_update"), member(value, "component")
    name = first_text(one, "name") or "A component"
    told = first_text(update, "new_status", "newStatus") or first_text(one, "status")
    status = told.casefold().replace(" ", "_")
    texts = {
        "event": "component_update",
        "component": name,
        "status": reworded(told, status),
        "old_status": first_text(update, "old_status"),
        "description": first_text(one, "description"),
    }
    key = first_text(one, "id") or first_text(update, "component_id") or name
    at = first(update, "created_at") or first(one, "updated_at", "created_at")
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(first_text(update, "id")),
        dedup_key=identifier(f"component {key}"),
        status=Status.RESOLVED if status in _WORKS else Status.FIRING,
        occurred_at=read_time(at),
        title=body(joined(name, reworded(told, status.replace("_", " ")))),
        texts={key: body(text) for key, text in texts.items() if text.strip()},
        entities=_services(name),
        vendor_severity=word(reworded(told, status)),
        notes=notes,
    )


def _summary(value: Json) -> Json:
    """Return the page's own word on itself, as the API answers it."""
    found = member(value, "status")
    lists = any(isinstance(member(value, name), list) for name in _LISTS)
    return found if isinstance(found, dict) else ([] if lists else None)


def _all_works(value: Json, page: Json, notes: tuple[str, ...]) -> Envelope:
    """Return what a page says that has nothing to tell, or only its own word."""
    if _summary(value) is None:
        raise Unparsed(
            "The payload is not one of a status page",
            because="it tells of no incident, maintenance or component",
            next_move="It is kept; check that the sender posts to the right source.",
        )
    where = first_text(page, "name") or "Status page"
    said = first_text(value, "status.indicator").casefold()
    works = said in _WORKS | {""}
    # A list says what is open; only the page's own word can say that it is over.
    alone = not any(member(value, name) is not None for name in _LISTS)
    says = first_text(value, "status.description")
    texts = {
        "event": "all_works" if works else "page",
        "status": said or "none",
        "page.name": where,
    }
    return Envelope(
        source=MANIFEST.name,
        dedup_key=identifier(f"page {first_text(page, 'id') or where}"),
        status=Status.RESOLVED if works and alone else Status.FIRING,
        occurred_at=read_time(member(page, "updated_at")),
        title=body(joined(where, says or "nothing to report")),
        texts={key: body(text) for key, text in texts.items()},
        entities=_services(where),
        vendor_severity=word(said),
        notes=notes,
    )


def _services(*names: str) -> tuple[Entity, ...]:
    return tuple(Entity.named(EntityKind.SERVICE, name) for name in names if name)
