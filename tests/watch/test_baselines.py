"""A figure that leaves its band is an alert like any other; one that fails is not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from bot.domain.baseline import Point
from bot.domain.registry import Registry, System
from bot.domain.watched import Baseline, CloudWatchFigure, PrometheusFigure
from bot.watch import rows
from bot.watch.baselines import Baselines
from bot.watch.looking import Seen
from tests.watch.stage import Watched

FIGURE = CloudWatchFigure(namespace="AWS/Bedrock", metric="OutputTokenCount")
TOKENS = Baseline(
    name="output tokens",
    kind="tokens",
    source=FIGURE,
    unit="tokens/min",
    direction="high",
    warm_up=10,
)
CALM = (98, 101, 103, 97, 100, 102, 99, 100, 98, 102)


@dataclass
class FakeLook:
    """Keeps `Look`: each look takes the next value of a figure, a minute later."""

    watched: Watched
    values: dict[str, list[Any]] = field(default_factory=dict)
    looks: list[list[str]] = field(default_factory=list)

    def __call__(
        self,
        baselines: Sequence[Baseline],
        last: Mapping[str, datetime],
        now: datetime,
        /,
    ) -> Mapping[str, Seen]:
        self.looks.append([one.name for one in baselines])
        return {one.name: self._seen(one.name, now) for one in baselines}

    def _seen(self, name: str, now: datetime) -> Seen:
        waiting = self.values.get(name, [])
        value = waiting.pop(0) if waiting else None
        if isinstance(value, Exception):
            raise value
        if isinstance(value, str):
            return Seen(problem=value)
        return Seen(points=() if value is None else (Point(now, value),))


def chat(*baselines: Baseline, name: str = "chat") -> System:
    return System(id=name, title="Chat", owner="@ml", baselines=baselines)


def baselines(watched: Watched, look: FakeLook, *systems: System) -> Baselines:
    return Baselines(
        store=watched.core.store,
        clock=watched.core.clock,
        notices=watched.notices,
        registry=Registry(systems or (chat(TOKENS),)),
        cloudwatch=look,
        prometheus=look,
    )


def minutes(watched: Watched, one: Baselines, number: int) -> None:
    for _ in range(number):
        one.look(Event())
        watched.read()
        watched.core.clock.go_on(60)


def told(watched: Watched) -> list[Any]:
    return [json.loads(one) for one in watched.told("baseline")]


def run(watched: Watched, *values: Any) -> Baselines:
    one = baselines(watched, FakeLook(watched, {TOKENS.name: [*CALM, *values]}))
    minutes(watched, one, len(CALM) + len(values))
    return one


def test_leaving_the_band_is_an_alert_with_its_figures(watched: Watched) -> None:
    run(watched, 412_000, 412_000, 412_000)
    (said,) = told(watched)
    assert said["event"] == "left_band"
    assert (said["value"], said["usual"], said["unit"]) == (
        "412,000",
        "104",
        "tokens/min",
    )
    assert said["times_baseline"] > 1000
    assert said["outside"] == "3 of the last 5 points"
    began = watched.core.clock.now() - timedelta(minutes=3)
    assert said["since"] == began.isoformat()
    view = watched.core.service.view("INC-0001")
    assert view is not None
    assert view.state.category == "cost_consumption"
    assert view.state.system == "chat"


def test_coming_back_resolves_it(watched: Watched) -> None:
    run(watched, *[900] * 3, *[100] * 3)
    assert [one["event"] for one in told(watched)] == ["left_band", "back_in_band"]
    view = watched.core.service.view("INC-0001")
    assert view is not None
    assert not view.state.is_open


def test_a_missing_figure_is_no_zero_and_no_alarm(watched: Watched) -> None:
    low = replace(TOKENS, direction="both")
    look = FakeLook(watched, {TOKENS.name: [*CALM, *[None] * 20]})
    minutes(watched, baselines(watched, look, chat(low)), 30)
    assert told(watched) == []
    assert watched.row(rows.FIGURES, "chat/output tokens")["overall"][2] == 10


def test_what_was_learned_survives_a_restart(watched: Watched) -> None:
    run(watched)
    again = baselines(watched, FakeLook(watched, {TOKENS.name: [900, 900, 900]}))
    again.forget_others()
    minutes(watched, again, 3)
    assert len(told(watched)) == 1


def test_another_figure_under_the_same_name_begins_anew(watched: Watched) -> None:
    run(watched)
    other = replace(TOKENS, source=replace(FIGURE, metric="InputTokenCount"))
    look = FakeLook(watched, {TOKENS.name: [900, 900, 900]})
    minutes(watched, baselines(watched, look, chat(other)), 3)
    assert told(watched) == []
    assert watched.row(rows.FIGURES, "chat/output tokens")["first"] == [900, 900, 900]


def test_a_failure_is_remembered_and_goes_away_by_itself(watched: Watched) -> None:
    one = run(watched, "AWS refused it (AccessDenied)")
    assert watched.row(rows.FIGURES, "chat/output tokens")["problem"] == (
        "AWS refused it (AccessDenied)"
    )
    minutes(watched, one, 1)
    assert watched.row(rows.FIGURES, "chat/output tokens")["problem"] == ""
    assert told(watched) == []


def test_one_failing_system_does_not_stop_the_others(watched: Watched) -> None:
    other = replace(TOKENS, name="latency")
    look = FakeLook(
        watched,
        {TOKENS.name: [RuntimeError("secret")] * 20, "latency": [*CALM, 900, 900, 900]},
    )
    both = baselines(watched, look, chat(TOKENS), chat(other, name="claims"))
    minutes(watched, both, 13)
    assert [one["system"] for one in told(watched)] == ["claims"]
    assert watched.row(rows.FIGURES, "chat/output tokens")["problem"] == "RuntimeError"


def test_a_system_is_looked_at_once_a_minute_and_the_oldest_first(
    watched: Watched,
) -> None:
    look = FakeLook(watched)
    one = baselines(watched, look, chat(TOKENS), chat(TOKENS, name="claims"))
    assert one.look(Event()) == 2
    watched.core.clock.go_on(59)
    assert one.look(Event()) == 0
    watched.core.clock.go_on(1)
    assert one.look(Event()) == 2


def test_without_an_account_only_the_rest_is_looked_at(watched: Watched) -> None:
    other = replace(TOKENS, name="errors", source=PrometheusFigure(query="up"))
    look = FakeLook(watched)
    one = replace(
        baselines(watched, look, chat(TOKENS, other)), has_account=lambda: False
    )
    minutes(watched, one, 2)
    assert look.looks == [["errors"], ["errors"]]
    assert watched.row(rows.FIGURES, "chat/output tokens") == {}


def test_a_slow_round_ends_and_goes_on_with_those_that_waited(watched: Watched) -> None:
    class Slow(FakeLook):
        def __call__(self, *given: Any) -> Mapping[str, Seen]:
            self.watched.core.clock.go_on(30)
            return super().__call__(*given)

    named = [chat(replace(TOKENS, name=f"b{n}"), name=f"s{n}") for n in range(4)]
    look = Slow(watched)
    one = baselines(watched, look, *named)
    assert one.look(Event()) == 2
    assert one.look(Event()) == 2
    assert look.looks == [["b0"], ["b1"], ["b2"], ["b3"]]


def test_a_counter_is_learned_by_its_growth(watched: Watched) -> None:
    counter = replace(
        TOKENS, source=PrometheusFigure(query="tokens_total", counter=True)
    )
    grown = [6000.0 * step for step in range(11)]
    look = FakeLook(watched, {TOKENS.name: [*grown, 10.0, 6010.0]})
    minutes(watched, baselines(watched, look, chat(counter)), 13)
    row = watched.row(rows.FIGURES, "chat/output tokens")
    assert row["overall"][0] == 100.0
    assert row["last"][1] == 100.0
    assert told(watched) == []


def test_a_figure_that_is_no_longer_registered_takes_its_alarm_back(
    watched: Watched,
) -> None:
    run(watched, 900, 900, 900)
    none = baselines(watched, FakeLook(watched), chat())
    none.forget_others()
    watched.read()
    view = watched.core.service.view("INC-0001")
    assert view is not None
    assert not view.state.is_open
    assert watched.row(rows.FIGURES, "chat/output tokens") == {}


def test_at_the_end_of_the_process_nothing_is_looked_at(watched: Watched) -> None:
    stop = Event()
    stop.set()
    assert baselines(watched, FakeLook(watched)).look(stop) == 0
