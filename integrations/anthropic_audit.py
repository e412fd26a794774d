"""Anthropic: the activity feed of the Compliance API.

Activities come one at a time, as a list, as lines, or as the page that the API answers
(``data[]``). The export of the audit log of claude.ai has the same names under
``event``. Which activities matter is `bot/rules/sources/anthropic_audit.yaml`.

Source:
    Claude platform documentation, "Compliance API: Activity Feed".
"""

from dataclasses import replace

from bot.domain.envelope import EntityKind, Envelope
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
    name="anthropic_audit",
    title="Anthropic activity feed",
    docs="https://platform.claude.com/docs/en/manage-claude/compliance-activity-feed",
    summary="Activities of the Compliance API: keys, roles, sign-in, exports, limits.",
)
FIELDS = SourceMap(
    source=MANIFEST.name,
    title=("type", "event"),
    title_else="An entry of Anthropic's activity feed",
    event_id=("id",),
    occurred_at=("created_at",),
    entities={
        "actor.email_address": EntityKind.PRINCIPAL,
        "actor.user_id": EntityKind.PRINCIPAL,
        "actor.api_key_id": EntityKind.KEY,
        "actor.admin_api_key_id": EntityKind.KEY,
        "api_key_id": EntityKind.KEY,
        "admin_api_key_id": EntityKind.KEY,
        "mcp_server_name": EntityKind.SERVICE,
        "workspace_id": EntityKind.SERVICE,
    },
)
# What names the thing it happened to, most telling first.
_WHICH = (
    *("mcp_server_name", "integration_type", "integration_name", "api_key_name"),
    *("workspace_name", "updates[].type", "filename", "name", "target_email"),
    *("target_id", "admin_api_key_id", "api_key_id", "workspace_id", "user_id"),
    *("mcp_server_id", "claude_artifact_id", "claude_project_id", "claude_chat_id"),
)
_ROLE = ("role", "current_role", "new_role")
_ACTORS = "_actor"
_IDS = ("activity_", "evt_")
_BELONGS = ("organization_id", "organization_uuid")


def recognizes(payload: Payload) -> bool:
    """Tell by who acts and in which organization whether it is Anthropic's feed."""
    try:
        events = objects_in(events_in(payload.body, "data[]"))
    except Unparsed:
        return False
    return bool(events) and all(map(_is_activity, events))


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an activity.

    Raises:
        Unparsed: Not JSON, or none of it is an activity.
    """
    document = events_in(payload.body, "data[]")
    if document.value == []:
        return (nothing_new(MANIFEST.name),)
    events = [one for one in objects_in(document) if first_text(one, *FIELDS.title)]
    if not events:
        raise not_one_of(FIELDS, "it holds no activity with a type")
    return gathered_from(events, lambda one: _envelope(one, document))


def _is_activity(value: Json) -> bool:
    acts = first_text(value, "actor.type").endswith(_ACTORS)
    dated = bool(first_text(value, "created_at")) and bool(first_text(value, "type"))
    ours = text_of(member(value, "id")).startswith(_IDS)
    return dated and acts and (ours or bool(first_text(value, *_BELONGS)))


def _envelope(activity: Json, document: Document) -> Envelope:
    made = envelope_of(activity, FIELDS, document.notes)
    kind = first_text(activity, *FIELDS.title)
    which, role = first_text(activity, *_WHICH), first_text(activity, *_ROLE)
    about = f"{role} for {which}" if role and which else role or which
    actor = first_text(activity, "actor.email_address", "actor.ip_address")
    return replace(
        made,
        title=body(joined(spoken(kind), about)),
        # A burst of one activity by one actor on one thing is one problem.
        dedup_key=digest([kind, actor, about]),
    )
