"""Hugging Face Hub: webhooks, version 3.

The title is made of the event's own words and the repository's name. What a stranger
wrote (the title of a discussion, a comment) is kept as a text for people to read and
is never a title or a fact.

Source:
    Hugging Face Hub documentation, "Webhooks".
"""

from dataclasses import replace

from bot.domain.envelope import EntityKind, Envelope
from bot.domain.errors import Unparsed
from bot.envelopes.fields import first_text, member
from bot.envelopes.jsonbody import Json, read_json
from bot.envelopes.mapping import SourceMap, body, digest, envelope_of, not_one_of
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="huggingface",
    title="Hugging Face Hub",
    docs="https://huggingface.co/docs/hub/webhooks",
    summary="Changes, settings, moves and discussions of models, datasets and spaces.",
    signature="huggingface",
)
FIELDS = SourceMap(
    source=MANIFEST.name,
    title=("repo.name",),
    title_else="An event of the Hub",
    texts=(
        *("event.action", "event.scope", "repo.type", "repo.name", "repo.private"),
        *("repo.headSha", "repo.tags[]", "updatedRefs[].ref", "updatedRefs[].newSha"),
        *("updatedConfig.private", "updatedConfig.xetEnabled", "movedTo.name"),
        *("discussion.isPullRequest", "discussion.status", "discussion.num"),
        *("discussion.title", "comment.content"),
    ),
    entities={"repo.name": EntityKind.REPO, "movedTo.name": EntityKind.REPO},
    links=("comment.url.web", "discussion.url.web", "repo.url.web"),
)
_SCOPES = {
    "repo": "repository",
    "repo.content": "content",
    "repo.config": "settings",
    "discussion": "discussion",
    "discussion.comment": "comment",
}
_ACTIONS = {
    "create": "created",
    "update": "changed",
    "delete": "deleted",
    "move": "moved",
}


def recognizes(payload: Payload) -> bool:
    """Tell by event, repository and webhook whether it is the Hub's."""
    try:
        value = read_json(payload.body).value
    except Unparsed:
        return False
    known = first_text(value, "event.scope").split(".")[0] in ("repo", "discussion")
    named = bool(first_text(value, "repo.type")) and bool(
        first_text(value, "repo.name")
    )
    return known and named and bool(first_text(value, "event.action"))


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope.

    Raises:
        Unparsed: Not JSON, or it says neither what happened nor to what.
    """
    document = read_json(payload.body)
    value = document.value
    if not first_text(value, "event.action") or member(value, "repo") is None:
        raise not_one_of(FIELDS, "it names no event and no repository")
    made = envelope_of(value, FIELDS, document.notes)
    sha = first_text(value, "repo.headSha", "updatedRefs[].newSha")
    webhook = first_text(value, "webhook.id")
    return (
        replace(
            made,
            title=body(f"{_happened(value)}: {made.title.for_redaction()}"),
            source_event_id=f"{webhook} {sha}".strip(),
            dedup_key=digest([first_text(value, path) for path in _SAME]),
            occurred_at=None,
        ),
    )


_SAME = ("event.action", "event.scope", "repo.name", "discussion.num", "repo.headSha")


def _happened(value: Json) -> str:
    """Return ``Pull request created on model``; other words than the Hub's are out."""
    scope = _SCOPES.get(first_text(value, "event.scope"), "something")
    action = _ACTIONS.get(first_text(value, "event.action"), "happened")
    kind = first_text(value, "repo.type")
    where = kind if kind in ("model", "dataset", "space") else "repository"
    if first_text(value, "discussion.isPullRequest") == "true":
        scope = (
            "pull request" if scope == "discussion" else f"{scope} on a pull request"
        )
    return f"{scope.capitalize()} {action} on {where}"
