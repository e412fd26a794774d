"""Random alerts of a random week: one open incident a problem, each counted once."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.domain.commands import Reopen, Resolve, Snooze
from bot.domain.envelope import Entity, EntityKind, Status
from bot.domain.maintenance_events import What
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted
from bot.ports import Transaction
from bot.ports.maintenance import Planned
from tests.core import Core
from tests.spec import OLU, an_alert

keys = st.sampled_from(["p1", "p2", "p3", "p4"])
things = st.sampled_from(["", "key-one", "key-two"])
worlds = st.sampled_from(["", "dr_1"])
kinds = st.sampled_from(["availability", "control_tampering", "access_anomaly"])
severities = st.sampled_from([Severity.SEV4, Severity.SEV3, Severity.SEV2])
late = st.sampled_from([0, 0, 5, 90])
_TWINS = """
SELECT p.dedup, b.drill, count(*) AS n FROM problem p JOIN board b ON b.id = p.incident
WHERE b.resolved_at IS NULL GROUP BY p.dedup, b.drill HAVING count(*) > 1
"""
_COUNTED = "SELECT coalesce(sum(alerts), 0) AS n FROM gathering"
_PROBLEMS = "SELECT coalesce(sum(count), 0) AS n FROM problem"
_SILENCED = "SELECT coalesce(sum(count), 0) AS n FROM silenced"
_MIXED = """
SELECT b.id FROM problem p JOIN board b ON b.id = p.incident
JOIN alert a ON a.id = p.first_alert
WHERE b.drill <> (a.doc LIKE '%"dedup_key":"dr_1/%')
"""


class Week(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp()
        self.core = Core(Path(self.folder))
        self.n = 0
        self.counted = 0
        self.silenced = 0
        self.over = 0

    def teardown(self) -> None:
        self.core.close()
        shutil.rmtree(self.folder)

    @rule(
        key=keys,
        thing=things,
        world=worlds,
        kind=kinds,
        severity=severities,
        late=late,
        times=st.sampled_from([1, 1, 7]),
    )
    def alert(
        self,
        *,
        key: str,
        thing: str,
        world: str,
        kind: str,
        severity: Severity,
        late: int,
        times: int,
    ) -> None:
        self.n += 1
        now = self.core.clock.now()
        found = self.core.take(
            an_alert(
                key,
                alert_id=f"al_{self.n:05d}",
                severity=severity,
                category=kind,
                entities=(Entity(EntityKind.KEY, thing),) if thing else (),
                at=now,
                told=now - timedelta(minutes=late),
            ),
            drill=world,
            times=times,
        )
        if found.startswith("silenced"):
            assert not world
            assert kind == "availability"
            self.silenced += times
        else:
            assert found.startswith(("opened", "joined", "flapping"))
            self.counted += times

    @rule(key=keys, world=worlds)
    def clear(self, key: str, world: str) -> None:
        self.n += 1
        over = an_alert(key, alert_id=f"al_{self.n:05d}", status=Status.RESOLVED)
        self.core.take(over, drill=world)

    @rule(n=st.integers(1, 6))
    def resolve(self, n: int) -> None:
        view = self.core.service.view(f"INC-{n:04d}")
        if view is not None and not view.state.flapping:
            self.core.ask(f"INC-{n:04d}", Resolve(by=OLU))

    @rule(n=st.integers(1, 6))
    def reopen(self, n: int) -> None:
        self.core.ask(f"INC-{n:04d}", Reopen(by=OLU))

    @rule(n=st.integers(1, 6))
    def snooze(self, n: int) -> None:
        lasts = timedelta(minutes=15)
        wish = Snooze(by=OLU, lasts=lasts, reason=Untrusted("later"))
        self.core.ask(f"INC-{n:04d}", wish)

    @rule()
    def maintain(self) -> None:
        if self.core.grouping.maintenance.rows():
            return
        planned = Planned(
            what=What.DEDUP, target="p1", lasts=timedelta(minutes=10), reason="x"
        )
        self.core.grouping.maintenance.plan(planned, by=OLU)

    @rule(minutes=st.sampled_from([1, 4, 11, 31, 61]))
    def wait(self, minutes: int) -> None:
        before = self.number(_COUNTED), self.number(_SILENCED)
        self.core.wait(minutes=minutes)
        after = self.number(_COUNTED), self.number(_SILENCED)
        # What a window that ended kept quiet, and what of it is counted now.
        self.over += before[1] - after[1]
        self.counted += after[0] - before[0]
        assert after[0] - before[0] <= before[1] - after[1]

    @invariant()
    def no_problem_has_two_open_incidents_in_one_world(self) -> None:
        assert self.rows(_TWINS) == []

    @invariant()
    def every_alert_is_counted_exactly_once(self) -> None:
        assert self.number(_COUNTED) == self.counted
        assert self.number(_PROBLEMS) == self.counted
        assert self.number(_SILENCED) + self.over == self.silenced

    @invariant()
    def no_incident_is_of_two_worlds(self) -> None:
        assert self.rows(_MIXED) == []

    def number(self, sql: str) -> int:
        return int(self.rows(sql)[0]["n"])

    def rows(self, sql: str) -> list[dict[str, Any]]:
        def read(tx: Transaction) -> list[dict[str, Any]]:
            return [dict(one) for one in tx.tables.execute(sql)]

        return self.core.store.read(read)


Week.TestCase.settings = settings(
    max_examples=20, stateful_step_count=30, deadline=None
)
TestWeek = pytest.mark.slow(Week.TestCase)
