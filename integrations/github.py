"""GitHub: webhooks and the streamed audit log.

A webhook holds 8 to 20 KB about the repository and its owner around some five fields
that matter; only those become texts. What people outside can write (titles, comments,
commit messages, branch names) is left out: none of it says what happened. How each
kind of event is read stands in `bot/envelopes/github_events.py`.

Source:
    GitHub documentation, "Webhook events and payloads" and "Audit log events".
"""

from urllib.parse import unquote_to_bytes

from bot.domain.envelope import Envelope
from bot.domain.errors import Unparsed
from bot.envelopes.batches import events_in, gathered_from, nothing_new, objects_in
from bot.envelopes.fields import every, first_text, member, text_of
from bot.envelopes.github_audit import envelope_of_entry, is_entry
from bot.envelopes.github_events import HEADER, envelope_of_event, event_name
from bot.envelopes.jsonbody import Json
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="github",
    title="GitHub",
    docs="https://docs.github.com/en/webhooks/webhook-events-and-payloads",
    summary="Secret scanning, Dependabot, code scanning, settings, and the audit log.",
    signature="github",
)

_FORM = b"payload="


def recognizes(payload: Payload) -> bool:
    """Tell by the header, by the repository's shape, or by an audit entry's."""
    try:
        events = objects_in(events_in(_body(payload)))
    except Unparsed:
        return False
    if not events:
        return False
    if payload.headers.get(HEADER):
        return True
    return all(map(is_entry, events)) or all(map(_is_webhook, events))


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a webhook, or one an entry of the audit log.

    Raises:
        Unparsed: Not JSON, or nothing says what happened.
    """
    document = events_in(_body(payload))
    if document.value == []:
        return (nothing_new(MANIFEST.name),)
    events = objects_in(document)
    name = payload.headers.get(HEADER, "")
    told = [one for one in events if is_entry(one) or event_name(one, name)]
    if not told:
        raise Unparsed(
            "The payload is not one of GitHub",
            because="neither a header nor a field says what happened",
            next_move="Let the sender's X-GitHub-Event header through.",
        )

    def read(one: Json) -> Envelope:
        if not name and is_entry(one):
            return envelope_of_entry(one, document.notes)
        return envelope_of_event(one, payload, document.notes)

    return gathered_from(told, read)


def _body(payload: Payload) -> bytes:
    """Return the JSON of a body; GitHub's own preset puts it into a form."""
    if not payload.body.startswith(_FORM):
        return payload.body
    return unquote_to_bytes(payload.body.removeprefix(_FORM).replace(b"+", b" "))


def _is_webhook(value: Json) -> bool:
    """Tell a webhook without its header: by addresses that only GitHub writes."""
    known = event_name(value, "") != ""
    named = bool(first_text(value, "repository.full_name"))
    hosted = any("github" in text_of(one) for one in every(value, "sender.url"))
    hosted |= bool(first_text(value, "repository.node_id", "sender.node_id"))
    is_ping = event_name(value, "") == "ping"
    advisory = bool(first_text(value, "security_advisory.ghsa_id"))
    acts = bool(text_of(member(value, "action")))
    return is_ping or (known and acts and ((named and hosted) or advisory))
