"""The sections `[sources.<name>]`: who may send alerts, and how each is read.

What the other sections hold is `sections.py`.
"""

from collections.abc import Mapping
from pathlib import Path

import re2
from pydantic import Field, SecretStr, field_validator

from bot.config.section import Names
from bot.config.source_fields import NAMED_FIELDS, SourceFields, nearest
from bot.domain.addresses import complaint
from bot.domain.status_page import KNOWN_PAGES
from bot.envelopes.signature_schemes import SCHEMES

# Keys that only some sources have, by who reads them. A key that is not here is
# every source's.
_ONLY: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            *("topics", "certificates", "log_groups"),
            *("queue_url", "queue_urls", "dead_letter_urls"),
        ),
        frozenset({"cloudwatch"}),
    ),
    **dict.fromkeys(NAMED_FIELDS, frozenset({"webhook"})),
    **dict.fromkeys(("pages", "poll_s"), frozenset({"statuspage"})),
    "signed_time_header": frozenset({"grafana"}),
}
# Read once for the whole installation, so only under the integration's own name.
_ONCE = frozenset(
    {"queue_url", "queue_urls", "dead_letter_urls", "log_groups", "pages", "poll_s"}
)
_NAME = re2.compile(r"^[a-z0-9][a-z0-9_-]{0,62}$")


class Source(SourceFields):
    """One alert source, `[sources.<name>]`; `/alerts/<name>` is its address."""

    reads: str = Field(
        "",
        description="Integration that reads what comes; default: the one of the same "
        "name. So one installation has several senders of a kind, e.g. "
        '`[sources.pagerduty-eu]` with `reads = "pagerduty"`.',
    )

    token: SecretStr | None = Field(
        None, description="Bearer token the sender must show."
    )
    path_secret: SecretStr | None = Field(
        None,
        description="Last part of the address, for senders that cannot set headers.",
    )
    secret: SecretStr | None = Field(
        None,
        description="What the sender signs with. With it the vendor's signature "
        "decides instead of the token.",
    )
    previous_secret: SecretStr | None = Field(
        None, description="Also accepted while the secret is changed."
    )
    signature: str = Field(
        "",
        description="How the sender signs, where that is not the way of the "
        "integration: " + ", ".join(SCHEMES) + ".",
    )
    signed_time_header: str = Field(
        "",
        description="For grafana: name of the timestamp header in the contact point's "
        "HMAC settings; deliveries older than five minutes are then refused.",
    )
    heartbeat_min: float | None = Field(
        None,
        ge=0.01,
        le=10080,
        description="The source promises to call at least every so many minutes: any "
        "alert counts, and so does POST /heartbeats/<name>. Silence opens an incident.",
    )
    heartbeat_grace_min: float | None = Field(
        None,
        ge=0,
        le=1440,
        description="Minutes that one waits longer. Default: half of heartbeat_min, at "
        "most ten.",
    )

    cards_per_10min: int | None = Field(
        None,
        ge=0,
        description="How many new cards alerts of this source may put into the "
        "channel within 10 minutes; further incidents stand in the storm's digest. "
        "0 puts all of them there. Default: no budget of its own, only the limits of "
        "a storm (10 cards a minute, 8 of one source).",
    )
    topics: Names = Field(
        (),
        description="For cloudwatch: ARNs of the SNS topics that may post. With any, "
        "the signature of SNS decides instead of the token, and their subscriptions "
        "are confirmed. A list; in the environment with commas.",
    )
    certificates: Path | None = Field(
        None,
        description="For cloudwatch: directory with the only signing certificates of "
        "SNS that count, under AWS's file names. Default: fetched from AWS.",
    )
    queue_url: str = Field(
        "",
        description="For cloudwatch: SQS queue that is read for alarms, "
        "https://sqs.<region>.amazonaws.com/<account>/<name>. In practice the queue "
        "of the practice cloud is read.",
    )
    queue_urls: Names = Field(
        (),
        description="For cloudwatch: further SQS queues that are read, each by a "
        "thread of its own. A list.",
    )
    dead_letter_urls: Names = Field(
        (),
        description="For cloudwatch: SQS dead-letter queues that are read as well, so "
        "that what others did not take becomes a card that says so. A list.",
    )
    log_groups: Names = Field(
        (),
        description="For cloudwatch: log groups whose lines belong into diagnostics, "
        "beside those that an alarm names itself. A list.",
    )
    pages: Names = Field(
        (),
        description="For statuspage: status pages that are read. Names ("
        + ", ".join(KNOWN_PAGES)
        + ") or addresses of pages with the API of Statuspage. A list.",
    )
    poll_s: int = Field(
        60,
        ge=10,
        le=3600,
        description="For statuspage: seconds between two looks at a page.",
    )

    @field_validator("pages")
    @classmethod
    def _are_pages(cls, pages: tuple[str, ...]) -> tuple[str, ...]:
        for page in pages:
            wrong = "" if page in KNOWN_PAGES else complaint(page)
            if wrong:
                known = ", ".join(KNOWN_PAGES)
                raise ValueError(f"{page!a} is none of {known}, and {wrong}")
        return pages

    @field_validator("signature")
    @classmethod
    def _is_a_scheme(cls, name: str) -> str:
        if name and name not in SCHEMES:
            raise ValueError(f"there is no signature {name!r}{nearest(name, SCHEMES)}")
        return name

    @field_validator("topics")
    @classmethod
    def _are_topics(cls, topics: tuple[str, ...]) -> tuple[str, ...]:
        if not all(one.startswith("arn:") and ":sns:" in one for one in topics):
            raise ValueError("a topic is named by its ARN, arn:aws:sns:…")
        return topics

    @field_validator("queue_url")
    @classmethod
    def _is_a_queue(cls, url: str) -> str:
        if url and not url.startswith("https://"):
            raise ValueError("the queue's address starts with https://")
        return url

    @field_validator("queue_urls", "dead_letter_urls")
    @classmethod
    def _are_queues(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(cls._is_a_queue(url) for url in urls)

    def without_secrets(self) -> "Source":
        """Return it for somebody who reads what comes but does not ask who sent it."""
        secrets = {"token", "path_secret", "secret", "previous_secret"}
        return Source.model_validate(
            self.model_dump(exclude=secrets, exclude_unset=True)
        )

    @property
    def queues(self) -> tuple[str, ...]:
        """Every queue that holds messages for us, without dead letters, once each."""
        named = (self.queue_url, *self.queue_urls)
        return tuple(dict.fromkeys(url for url in named if url))


def stray_key(name: str, source: Source) -> str:
    """Return what is wrong with a source's name or keys, "" when nothing is."""
    if not _NAME.match(name):
        return f"{name!r} is no name: small letters, digits, - and _, at most 63"
    reader = source.reads or name
    for key in sorted(source.model_fields_set & set(_ONLY)):
        if (name if key in _ONCE else reader) not in _ONLY[key]:
            who = ", ".join(sorted(_ONLY[key]))
            return f"{name} has no {key}; only {who} has"
    if source.previous_secret and not source.secret:
        return f"{name} has a previous_secret, but no secret"
    return ""
