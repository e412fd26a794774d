"""Who may post as which source, as the settings say."""

from typing import Any

import pytest

from bot.config import Settings
from bot.domain.errors import BadSettings
from bot.envelopes.signature_schemes import PAGERDUTY
from bot.named_sources import sources_of
from bot.triage import load_integrations
from bot.web.alerts import Sender
from bot.wire_senders import senders
from tests.envelopes.signing import AT, BEFORE, SECRET
from tests.fakes.clock import FakeClock

TOKEN = "t" * 32


def sender_of(clock: FakeClock, **source: Any) -> Sender:
    """Return who may post as the plain webhook, as the settings say."""
    given = Settings.model_validate({"sources": {"webhook": source}})
    made = senders(given, load_integrations(), clock=clock, token=TOKEN)
    return made["webhook"]


def test_without_a_secret_the_token_decides() -> None:
    made = sender_of(FakeClock(AT), path_secret="p" * 32)
    assert (made.token, made.signed) == ("", None)
    assert sender_of(FakeClock(AT)).token == TOKEN


def test_the_common_token_does_not_speak_for_a_sender_that_signs() -> None:
    """It would keep the sender from looking silent, and nobody signs a heartbeat."""
    signing = {"secret": SECRET, "signature": "github"}
    assert sender_of(FakeClock(AT), **signing).token == ""
    own = sender_of(FakeClock(AT), **signing, token="o" * 32)
    assert (own.token, own.signed is not None) == ("o" * 32, True)


def test_a_secret_for_a_sender_that_signs_nothing_is_refused() -> None:
    with pytest.raises(BadSettings, match="signs nothing we know"):
        sender_of(FakeClock(AT), secret=SECRET)


def test_a_secret_that_is_not_written_as_its_vendor_writes_them_is_refused() -> None:
    written = "what? no base64!"
    with pytest.raises(BadSettings, match="is not base64") as no:
        sender_of(FakeClock(AT), secret=written, signature="svix")
    assert written not in str(no.value)


def test_no_secret_shows_in_what_may_be_logged() -> None:
    made = sender_of(FakeClock(AT), secret=SECRET, signature="github")
    assert SECRET not in repr(made.signed)


def test_a_secret_of_before_is_kept_beside_the_one_in_use() -> None:
    given = {"secret": SECRET, "previous_secret": BEFORE, "signature": "github"}
    made = sender_of(FakeClock(AT), **given).signed
    assert getattr(made, "secrets", ()) == (SECRET, BEFORE)
    assert made is not None
    assert made.decides


def test_a_second_account_of_aws_has_topics_of_its_own() -> None:
    topic = "arn:aws:sns:eu-central-1:123456789012:alarms"
    named = {"reads": "cloudwatch", "topics": [topic]}
    given = Settings.model_validate({"sources": {"aws-eu": named}})
    sources = sources_of(load_integrations(), given.sources)
    made = senders(given, sources, clock=FakeClock(AT), token=TOKEN)
    assert made["aws-eu"].signed is not None
    assert made["aws-eu"].signed.decides
    assert made["cloudwatch"].signed is not None
    assert not made["cloudwatch"].signed.decides


def test_what_would_be_read_once_only_is_refused_under_a_second_name() -> None:
    named = {"reads": "cloudwatch", "queue_url": "https://sqs.example/1/q"}
    with pytest.raises(ValueError, match="aws-eu has no queue_url"):
        Settings.model_validate({"sources": {"aws-eu": named}})


def test_an_integration_is_signed_as_its_vendor_signs() -> None:
    given = Settings.model_validate({"sources": {"pagerduty": {"secret": SECRET}}})
    made = senders(given, load_integrations(), clock=FakeClock(AT), token=TOKEN)
    assert getattr(made["pagerduty"].signed, "scheme", None) is PAGERDUTY
    assert made["sentry"].signed is None
