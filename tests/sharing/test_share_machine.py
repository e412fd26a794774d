"""Whatever people, links and time do in whatever order, the promises hold.

The real vault, desk and house over a real store; only the clock is in the test's hand.
"""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
)

from bot.domain.share_decisions import Denied
from bot.sharing import seal
from bot.sharing.seal import Link
from tests.sharing.stage import Stage

OPENS = 3
PEOPLE = ("U0ONCALL", "U0SECOND", "U0COMMANDER")


class Sharing(RuleBasedStateMachine):
    """Three people, one incident, and somebody who only guesses."""

    links = Bundle("links")
    leases = Bundle("leases")

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.stage = Stage(Path(self._folder.name), share_opens=OPENS)
        self.stage.incident()
        self.opened: dict[str, int] = {}
        self.used: set[str] = set()
        self.dead: set[str] = set()
        self.made_at: dict[str, Any] = {}
        self.is_resolved = False

    def teardown(self) -> None:
        self.stage.close()
        self._folder.cleanup()

    @rule(target=links, who=st.sampled_from(PEOPLE))
    def press(self, who: str) -> Any:
        before = {link.ticket for link in self.stage.links(who)}
        self.stage.press(who)
        self.stage.house.step()
        fresh = [one for one in self.stage.links(who) if one.ticket not in before]
        for link in fresh:
            assert not self.is_resolved
            self.made_at[link.ticket] = self.stage.clock.now()
        return multiple(*fresh)

    @rule(target=leases, link=links)
    def claim(self, link: Link) -> Any:
        try:
            lease = self.stage.claim(link).lease
        except Denied:
            return multiple()
        age = self.stage.clock.now() - self.made_at[link.ticket]
        assert age.total_seconds() < 120
        assert link.ticket not in self.used
        assert link.share not in self.dead
        assert not self.is_resolved
        return (link, lease)

    @rule(link=links)
    def guess(self, link: Link) -> None:
        with pytest.raises(Denied):
            self.stage.claim(link, key=seal.new_key())

    @rule(lease=leases)
    def acknowledge(self, lease: tuple[Link, str]) -> None:
        link, secret = lease
        again = secret in self.used
        try:
            self.stage.vault.acknowledge(link.share, secret)
        except Denied:
            return
        if again:
            return
        assert link.ticket not in self.used
        assert link.share not in self.dead
        self.used |= {link.ticket, secret}
        self.opened[link.share] = self.opened.get(link.share, 0) + 1

    @rule(seconds=st.sampled_from([1, 30, 60, 119, 3600, 14_400]))
    def wait(self, seconds: int) -> None:
        self.stage.clock.go_on(seconds)

    @rule()
    def keep_promises(self) -> None:
        self.stage.core.wait(seconds=0)
        self.stage.house.step()

    @rule(who=st.sampled_from(PEOPLE))
    def revoke(self, who: str) -> None:
        self.dead |= set(self.stage.vault.share_keys.all())
        self.stage.revoke(who)

    @rule()
    def resolve(self) -> None:
        self.stage.resolve()
        self.is_resolved = True
        self.dead |= set(self.stage.vault.share_keys.all())

    @invariant()
    def nothing_opens_more_often_than_it_may(self) -> None:
        assert all(count <= OPENS for count in self.opened.values())

    @invariant()
    def what_is_used_up_has_no_key(self) -> None:
        kept = set(self.stage.vault.share_keys.all())
        assert not [
            s for s, count in self.opened.items() if count == OPENS and s in kept
        ]


TestSharing = Sharing.TestCase
TestSharing.settings = settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
