"""The rules of a share, one history at a time."""

from datetime import datetime, timedelta

import pytest

from bot.domain import share_decisions as rules
from bot.domain.errors import BadRequest, OutOfTurn
from bot.domain.share import Share, fold_share
from bot.domain.share_decisions import Denied, Made, NewTicket
from bot.domain.share_events import ShareEvent, ShareExhausted, ShareOpened
from tests.spec import NOON

HOUR = timedelta(hours=1)
MADE = Made(
    incident="INC-0001", by="U0ONCALL", opens=1, life=HOUR, size_bytes=9, digest="d"
)
TICKET = NewTicket(id="tk_1", digest="t", team="T0TEAM", person="U0ONCALL")


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


class History:
    """Events, one decision after the other."""

    def __init__(self, made: Made = MADE) -> None:
        self.events: list[ShareEvent] = list(rules.create(made, NOON))
        self.events += rules.mint(self.state, TICKET, NOON)

    @property
    def state(self) -> Share:
        return fold_share(self.events)

    def claim(self, lease: str, seconds: float = 0, **given: bool) -> None:
        asked = {"proven": True, **given}
        at = after(seconds)
        self.events += rules.claim(self.state, "t", lease=lease, now=at, **asked)

    def acknowledge(self, lease: str, seconds: float = 0) -> tuple[ShareEvent, ...]:
        found = rules.acknowledge(self.state, lease, after(seconds))
        self.events += found
        return found


def denied(history: History, seconds: float = 0, **given: bool) -> str:
    with pytest.raises(Denied) as no:
        history.claim("another", seconds, **given)
    return no.value.reason


def test_the_last_opening_ends_the_share() -> None:
    history = History()
    history.claim("l")
    opened, over = history.acknowledge("l", 1)
    assert isinstance(opened, ShareOpened)
    assert over == ShareExhausted(opens=1, at=after(1))
    assert history.state.over == "exhausted"


def test_a_wrong_key_is_refused_before_anything_else_is_told() -> None:
    history = History()
    history.claim("l")
    assert denied(history, proven=False) == "wrong_key"
    assert denied(history) == "ticket_busy"


@pytest.mark.parametrize(
    ("seconds", "reason"), [(120, "ticket_late"), (3600, "over"), (9999, "over")]
)
def test_time_decides_by_reading(seconds: int, reason: str) -> None:
    assert denied(History(), seconds) == reason


def test_a_ticket_never_outlives_its_share() -> None:
    history = History()
    late = NewTicket(id="tk_2", digest="u", team="T", person="U0SECOND")
    history.events += rules.mint(history.state, late, after(3550))
    assert history.state.tickets["tk_2"].until == after(3600)


def test_a_lease_never_outlives_its_share() -> None:
    history = History()
    lasting = NewTicket(id="tk_2", digest="u", team="", person="", life=None)
    history.events += rules.mint(history.state, lasting, NOON)
    at = after(3570)
    history.events += rules.claim(history.state, "u", lease="l", proven=True, now=at)
    assert history.state.leases["l"].until == after(3600)


def test_no_ticket_is_made_for_what_is_over() -> None:
    with pytest.raises(OutOfTurn, match="has run out or was taken back"):
        rules.mint(History().state, TICKET, after(3600))


def test_revoking_and_expiring_twice_change_nothing() -> None:
    history = History()
    history.events += rules.revoke(history.state, by="U", because="person", now=NOON)
    assert rules.revoke(history.state, by="U", because="person", now=NOON) == ()
    assert rules.expire(history.state, after(9999)) == ()


def test_nothing_expires_before_its_time() -> None:
    assert rules.expire(History().state, after(3599)) == ()


def test_a_running_lease_is_written_down_when_the_share_expires() -> None:
    history = History()
    history.claim("l")
    names = [event.name for event in rules.expire(history.state, after(3600))]
    assert names == ["share.lease_lapsed.v1", "share.expired.v1"]


def test_refusals_are_written_down_up_to_a_number() -> None:
    history = History()
    for _ in range(rules.MOST_DENIED + 5):
        history.events += rules.deny(
            history.state, because="wrong_key", person="", now=NOON
        )
    assert history.state.denied == rules.MOST_DENIED


def test_what_is_too_large_is_not_shared() -> None:
    large = Made(
        incident="", by="admin", opens=1, life=HOUR, size_bytes=2**30, digest="d"
    )
    with pytest.raises(BadRequest, match="larger than 100 MiB"):
        rules.create(large, NOON)


def test_every_denial_says_the_same_to_whoever_holds_the_link() -> None:
    assert len({str(Denied(reason)) for reason in rules.DENIALS}) == 1
