"""GitHub's audit log: one entry, as it is streamed, exported or answered by the API.

Which actions matter is in the rules (`bot/rules/sources/github.yaml`).
"""

from dataclasses import replace

from bot.domain.envelope import EntityKind, Envelope, Status
from bot.envelopes.fields import first_text, member, text_of
from bot.envelopes.github_events import same_alert
from bot.envelopes.jsonbody import Json
from bot.envelopes.mapping import SourceMap, body, digest, envelope_of
from bot.envelopes.wording import joined, spoken

_FIELDS = SourceMap(
    source="github",
    title=("action",),
    title_else="An entry of GitHub's audit log",
    event_id=("_document_id",),
    occurred_at=("@timestamp", "created_at", "at_sign_timestamp"),
    entities={
        "repo": EntityKind.REPO,
        "repository": EntityKind.REPO,
        "actor": EntityKind.PRINCIPAL,
        "user": EntityKind.PRINCIPAL,
        "org": EntityKind.ACCOUNT,
        "business": EntityKind.ACCOUNT,
    },
)
_NUMBERED = ("number", "alert_number")
_OVER = frozenset({"resolve", "fix", "dismiss", "auto_dismiss", "close"})
_ALERTS = (
    *("secret_scanning_alert", "dependabot_alert", "repository_vulnerability_alert"),
    "code_scanning_alert",
)
_SAME = ("actor", "user", "team", "name", "permission", "visibility")
_WHOSE = (
    "org",
    "org_id",
    "business",
    "repo",
    "repository",
    "user",
    "programmatic_access_type",
)


def is_entry(value: Json) -> bool:
    """Tell whether a value is an entry: a dotted action, an actor, and whose it is."""
    if not isinstance(value, dict) or isinstance(member(value, "repository"), dict):
        return False
    action = text_of(member(value, "action"))
    dated = first_text(value, "@timestamp", "created_at", "at_sign_timestamp")
    acts = isinstance(value.get("actor"), str) or "_document_id" in value
    return "." in action and acts and bool(dated) and any(k in value for k in _WHOSE)


def envelope_of_entry(value: Json, notes: tuple[str, ...]) -> Envelope:
    """Return one entry."""
    made = envelope_of(value, _FIELDS, notes)
    action = text_of(member(value, "action"))
    family, _, verb = action.rpartition(".")
    whose = first_text(value, "repo", "repository", "org", "business")
    number = first_text(value, *_NUMBERED)
    is_alert = family in _ALERTS
    known = is_alert and bool(number)
    return replace(
        made,
        title=body(joined(spoken(action), whose)),
        status=Status.RESOLVED if is_alert and verb in _OVER else Status.FIRING,
        dedup_key=same_alert(whose, family, number)
        if known
        else digest([action, whose, *(first_text(value, name) for name in _SAME)]),
    )
