"""AWS Health: trouble, planned changes and notices that concern an account.

The dates inside an event are written as in e-mail (RFC 1123), the one outside is not.
One event is told of again and again under one ARN, until it is closed.

Source:
    AWS Health User Guide, "Amazon EventBridge schema for AWS Health".
"""

from collections.abc import Iterator
from datetime import datetime

from bot.domain.envelope import Entity, EntityKind, Envelope, Status
from bot.domain.untrusted import Untrusted, clip
from bot.envelopes.arns import things_of
from bot.envelopes.aws_delivery import Delivery
from bot.envelopes.aws_reading import (
    headline,
    named,
    parsed,
    recognized,
    several,
    texts,
)
from bot.envelopes.eventbridge import AwsEvent
from bot.envelopes.fields import every, first_text, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.mapping import digest, identifier, links_of
from bot.envelopes.names import names
from bot.envelopes.times import read_time
from bot.envelopes.wording import reworded
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="aws_health",
    title="AWS Health",
    docs="https://docs.aws.amazon.com/health/latest/ug/"
    "aws-health-events-eventbridge-schema.html",
    summary="Service trouble, planned changes and notices of AWS Health.",
    family="aws",
)
_SOURCE = "aws.health"
_MOST_THINGS = 20
_CLOSED = "closed"
_PARTS = "of the event's pages this is {} of {}; the others come as events of their own"


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload holds an event of AWS Health."""
    return recognized(payload, takes)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an event.

    Raises:
        Unparsed: There is no event of AWS Health.
    """
    return parsed(payload, takes, envelopes, name=MANIFEST.title)


def takes(one: Delivery) -> bool:
    """Tell whether it is an event of AWS Health, or the same as its API gives it."""
    event = one.event
    if event is not None:
        return event.source == _SOURCE
    return bool(first_text(one.value, "eventTypeCode")) and bool(
        first_text(one.value, "eventArn", "arn")
    )


def envelopes(one: Delivery) -> tuple[Envelope, ...]:
    """Return the event."""
    event = one.event or AwsEvent(id="", source=_SOURCE, detail_type="")
    detail = one.value if event.detail is None else event.detail
    code = first_text(detail, "eventTypeCode")
    arn = first_text(detail, "eventArn", "arn")
    return (
        Envelope(
            source=MANIFEST.name,
            source_event_id=identifier(
                first_text(detail, "communicationId") or event.id
            ),
            dedup_key=identifier(arn) or digest([code, event.account, event.region]),
            status=_status(detail),
            occurred_at=_at(detail, event),
            title=_title(detail, code, event),
            texts=texts(_said(detail, code, event)),
            entities=several(_things(detail, event)),
            links=links_of([_link(detail)]),
            notes=(*one.document.notes, *_pages(detail)),
        ),
    )


def _status(detail: Json) -> Status:
    """Return what `statusCode` says; what is upcoming has not begun, but is news."""
    said = first_text(detail, "statusCode").casefold()
    return Status.RESOLVED if said == _CLOSED else Status.FIRING


def _at(detail: Json, event: AwsEvent) -> datetime | None:
    """Return when it began; of what is planned, when it was announced."""
    began = read_time(member(detail, "startTime"))
    told = event.at or read_time(member(detail, "lastUpdatedTime"))
    found = [at for at in (began, told) if at is not None]
    return min(found, default=None)


def _title(detail: Json, code: str, event: AwsEvent) -> Untrusted:
    service = first_text(detail, "service")
    what = code.removeprefix("AWS_").removeprefix(f"{service.upper()}_")
    says = reworded(what, what.replace("_", " ").capitalize()) or "An event"
    category = {
        "issue": "trouble",
        "scheduledchange": "planned change",
        "accountnotification": "notice",
        "investigation": "is looked into",
    }.get(first_text(detail, "eventTypeCategory").casefold(), "event")
    region = first_text(detail, "eventRegion") or event.region
    first = _description(detail).split(". ", 1)[0].strip()
    about = f"· {clip(first, 160)}" if first else ""
    return headline(
        f"{service} {category}: {says}", f"({region})" if region else "", about
    )


def _description(detail: Json) -> str:
    found = first_text(detail, "eventDescription[].latestDescription")
    return found or first_text(detail, "eventDescription.latestDescription")


def _said(detail: Json, code: str, event: AwsEvent) -> dict[str, str]:
    named_here = names(
        "service eventTypeCategory eventScopeCode statusCode startTime endTime"
        " lastUpdatedTime eventRegion affectedAccount"
    )
    said = {name: first_text(detail, name) for name in named_here}
    said |= {
        "eventTypeCode": code,
        "description": _description(detail),
        "affectedEntities": ", ".join(_affected(detail)),
        "account": event.account,
        "exposedUrl": _link(detail),
        "userName": first_text(detail, "eventMetadata.userName"),
    }
    return said


def _affected(detail: Json) -> tuple[str, ...]:
    found = (text_of(one) for one in every(detail, "affectedEntities[].entityValue"))
    return tuple(one for one in found if one)[:_MOST_THINGS]


def _things(detail: Json, event: AwsEvent) -> Iterator[Entity]:
    """Yield what is affected: by ARN, of an exposed credential its key and user."""
    values = (*_affected(detail), *event.resources)
    for value in values:
        yield from things_of(value)
        if value.startswith(("AKIA", "ASIA")):
            yield from named(EntityKind.KEY, value)
    yield from named(EntityKind.KEY, first_text(detail, "eventMetadata.publicKey"))
    yield from named(EntityKind.PRINCIPAL, first_text(detail, "eventMetadata.userName"))
    account = event.account or first_text(detail, "eventMetadata.accountId")
    yield from named(EntityKind.ACCOUNT, account)
    service = first_text(detail, "service")
    yield from named(EntityKind.SERVICE, service)


def _link(detail: Json) -> str:
    return first_text(detail, "eventMetadata.exposedUrl", "eventMetadata.exposedURL")


def _pages(detail: Json) -> tuple[str, ...]:
    page, total = first_text(detail, "page"), first_text(detail, "totalPages")
    is_one = not total.isdigit() or not page.isdigit() or total == "1"
    return () if is_one else (_PARTS.format(page[:4], total[:4]),)
