"""OpenAI: the organization's audit log.

Events come one at a time, as a list, as lines, or as the page that the API answers
(``data[]``). Who did it stands under ``actor``, what was done under a member that has
the event's own name. Which events matter is `bot/rules/sources/openai_audit.yaml`.

Source:
    OpenAI API reference, "Audit logs": the audit log object and its 143 event types.
"""

from dataclasses import replace

import re2

from bot.domain.envelope import Entity, EntityKind, Envelope
from bot.domain.errors import Unparsed
from bot.envelopes.batches import events_in, gathered_from, nothing_new, objects_in
from bot.envelopes.fields import first_text, member, text_of
from bot.envelopes.jsonbody import Document, Json
from bot.envelopes.mapping import (
    SourceMap,
    body,
    digest,
    envelope_of,
    not_one_of,
)
from bot.envelopes.wording import joined, spoken
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="openai_audit",
    title="OpenAI audit log",
    docs="https://platform.openai.com/docs/api-reference/audit-logs",
    summary="Events of the organization's audit log: keys, roles, sign-ins, limits.",
)
_OBJECT = "organization.audit_log"
_ID = "audit_log-"
_USER = "actor.session.user"
_KEY = "actor.api_key"
FIELDS = SourceMap(
    source=MANIFEST.name,
    title=("type",),
    title_else="An event of OpenAI's audit log",
    event_id=("id",),
    occurred_at=("effective_at",),
    entities={
        f"{_USER}.email": EntityKind.PRINCIPAL,
        f"{_USER}.id": EntityKind.PRINCIPAL,
        f"{_KEY}.user.email": EntityKind.PRINCIPAL,
        f"{_KEY}.service_account.id": EntityKind.PRINCIPAL,
        f"{_KEY}.id": EntityKind.KEY,
        "project.name": EntityKind.SERVICE,
        "project.id": EntityKind.SERVICE,
    },
)
# What of the event's own member names the thing that it happened to.
_WHICH = (
    *("data.name", "name", "data.email", "email", "changes_requested.name"),
    *("configs[].name", "certificates[].name", "principal_id", "id"),
)
# A role is named only inside the id of its assignment.
_ROLE = re2.compile(r"^role_assignment_role-(?:[a-z]+-)*([a-z]+)__")
_MADE_A_KEY = ("api_key.", "admin_api_key.", "tenant.admin_api_key.")


def recognizes(payload: Payload) -> bool:
    """Tell by the events' ids and objects whether they are OpenAI's."""
    try:
        events = objects_in(events_in(payload.body, "data[]"))
    except Unparsed:
        return False
    return bool(events) and all(map(_is_event, events))


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an event.

    Raises:
        Unparsed: Not JSON, or none of it is an event.
    """
    document = events_in(payload.body, "data[]")
    if document.value == []:
        return (nothing_new(MANIFEST.name),)
    events = [one for one in objects_in(document) if text_of(member(one, "type"))]
    if not events:
        raise not_one_of(FIELDS, "it holds no event with a type")
    return gathered_from(events, lambda one: _envelope(one, document))


def _is_event(value: Json) -> bool:
    if text_of(member(value, "object")) == _OBJECT:
        return True
    has = bool(text_of(member(value, "type"))) and member(value, "effective_at")
    return bool(has) and text_of(member(value, "id")).startswith(_ID)


def _envelope(event: Json, document: Document) -> Envelope:
    made = envelope_of(event, FIELDS, document.notes)
    kind = text_of(member(event, "type"))
    details = _details(event, kind)
    which = first_text(details, *_WHICH)
    actor = first_text(event, *FIELDS.entities)
    identity = text_of(member(details, "id"))
    role = _role(identity)
    about = f"{role} for {which}" if role else which
    return replace(
        made,
        title=body(joined(spoken(kind), about)),
        texts={**made.texts, **({"role": body(role)} if role else {})},
        # A burst of one event by one actor on one thing is one problem.
        dedup_key=digest([kind, actor, identity or which]),
        entities=(*made.entities, *_key_named(kind, identity)),
    )


def _details(event: Json, kind: str) -> Json:
    """Return the member that has the event's name: with dots, or with underscores."""
    return member(event, kind) or member(event, kind.replace(".", "_"))


def _role(assignment: str) -> str:
    """Return the role inside ``role_assignment_role-api-organization-owner__…``."""
    found = _ROLE.match(assignment)
    return str(found.group(1)) if found else ""


def _key_named(kind: str, identity: str) -> tuple[Entity, ...]:
    is_key = identity != "" and kind.startswith(_MADE_A_KEY)
    return (Entity.named(EntityKind.KEY, identity),) if is_key else ()
