"""What is asked of CloudWatch, and which points of its answer count."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest

from bot.domain.baseline import Point
from bot.domain.errors import Unreachable
from bot.domain.registry import Registry, System
from bot.domain.watched import Baseline, CloudWatchFigure
from bot.watch.baselines import Baselines
from bot.watch.cloudwatch import look_with
from bot.watch.looking import Seen
from bot.watch.prometheus import Prometheus
from tests.cloud import Cloud, running_cloud
from tests.fakes.ask import FakeAsk
from tests.spec import NOON
from tests.watch.stage import Watched

MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
FIGURE = CloudWatchFigure(
    namespace="AWS/Bedrock", metric="OutputTokenCount", dimensions={"ModelId": MODEL}
)
TOKENS = Baseline(name="tokens", kind="tokens", source=FIGURE, warm_up=10)
SLOW = replace(TOKENS, name="slow", source=replace(FIGURE, period_s=300))


def before(**past: float) -> datetime:
    return NOON - timedelta(**past)


@dataclass
class FakeSession:
    """Stands for `AwsSession`: answers GetMetricData page by page."""

    pages: list[Mapping[str, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    waited_s: float = 0.0

    def waiting(self, answer_within_s: float) -> "FakeSession":
        self.waited_s = answer_within_s
        return self

    def client(self, _: str, *, attempts: int) -> "FakeSession":
        assert attempts == 1
        return self

    def get_metric_data(self, **asked: Any) -> Mapping[str, Any]:
        self.asked.append(dict(asked))
        return self.pages[len(self.asked) - 1]


def page(query: str, *points: Point, then: str = "") -> Mapping[str, Any]:
    result = {
        "Id": query,
        "Timestamps": [one.at for one in points],
        "Values": [one.value for one in points],
    }
    return {"MetricDataResults": [result], "NextToken": then}


def test_the_first_look_goes_back_twice_the_warm_up_and_asks_once() -> None:
    session = FakeSession([page("m0")])
    found = look_with(lambda: session)([TOKENS, SLOW], {}, NOON)
    assert found == {"tokens": Seen(), "slow": Seen()}
    (asked,) = session.asked
    assert asked["StartTime"] == before(seconds=2 * 10 * 300)
    assert asked["EndTime"] == NOON
    assert [one["MetricStat"]["Period"] for one in asked["MetricDataQueries"]] == [
        60,
        300,
    ]
    assert asked["MetricDataQueries"][0]["MetricStat"]["Metric"]["Dimensions"] == [
        {"Name": "ModelId", "Value": MODEL}
    ]
    assert session.waited_s == 5.0


def test_only_whole_and_new_points_count() -> None:
    old, new = Point(before(minutes=5), 1.0), Point(before(minutes=4), 2.0)
    late = Point(before(minutes=2), 3.0)
    session = FakeSession([page("m0", old, new, late)])
    found = look_with(lambda: session)([TOKENS], {"tokens": old.at}, NOON)
    assert found["tokens"].points == (new,)
    assert session.asked[0]["StartTime"] == old.at


def test_after_a_long_time_the_past_is_not_read_as_a_whole() -> None:
    session = FakeSession([page("m0")])
    look_with(lambda: session)([TOKENS], {"tokens": before(days=30)}, NOON)
    assert session.asked[0]["StartTime"] == before(minutes=20)


def test_pages_are_followed_but_not_for_ever() -> None:
    pages = [
        page("m0", Point(before(minutes=20 - place), float(place)), then="next")
        for place in range(9)
    ]
    session = FakeSession(pages)
    found = look_with(lambda: session)([TOKENS], {}, NOON)
    assert [one.value for one in found["tokens"].points] == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_no_account_is_a_problem_of_every_figure() -> None:
    def nobody() -> Any:
        raise Unreachable("x", because="no AWS account is connected", next_move="x")

    found = look_with(nobody)([TOKENS, SLOW], {}, NOON)
    assert {one.problem for one in found.values()} == {"no AWS account is connected"}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with running_cloud(tmp_path_factory.mktemp("cloud")) as one:
        yield one


@pytest.mark.slow
def test_a_wave_of_tokens_in_a_real_cloud_becomes_an_incident(
    cloud: Cloud, watched: Watched
) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - the server has no other
    watched.core.clock.go_on((now - watched.core.clock.now()).total_seconds())
    minute = now.replace(second=0, microsecond=0)
    calm = [(past, 7_500.0 + past % 7) for past in range(10, 50)]
    wave = [(past, 412_000.0) for past in range(4, 10)]
    mine = replace(FIGURE, dimensions={"ModelId": "wave"})
    put = [
        {
            "MetricName": mine.metric,
            "Dimensions": [{"Name": "ModelId", "Value": "wave"}],
            "Timestamp": minute - timedelta(minutes=past),
            "Value": value,
        }
        for past, value in (*calm, *wave)
    ]
    cloud.root().client("cloudwatch").put_metric_data(
        Namespace=mine.namespace, MetricData=put
    )
    about = replace(TOKENS, source=mine, warm_up=30, direction="high", unit="/min")
    one = Baselines(
        store=watched.core.store,
        clock=watched.core.clock,
        notices=watched.notices,
        registry=Registry(
            (System(id="chat", title="Chat", owner="@ml", baselines=(about,)),)
        ),
        cloudwatch=look_with(cloud.mint().reader),
        prometheus=Prometheus(ask=FakeAsk()),
    )
    assert one.look(Event()) == 1
    watched.read()
    (said,) = [json.loads(each) for each in watched.told("baseline")]
    assert (said["value"], said["side"]) == ("412,000", "above")
    assert said["since"] == (minute - timedelta(minutes=9)).isoformat()
    view = watched.core.service.view("INC-0001")
    assert view is not None
    assert (view.state.category, view.state.severity) == ("cost_consumption", "SEV2")


@pytest.mark.slow
def test_a_real_cloud_is_read_by_the_role_that_may_only_read(cloud: Cloud) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - the server has no other
    minute = now.replace(second=0, microsecond=0)
    put = [
        {
            "MetricName": "OutputTokenCount",
            "Dimensions": [{"Name": "ModelId", "Value": "of-this-test"}],
            "Timestamp": minute - timedelta(minutes=past),
            "Value": 100.0 + past,
        }
        for past in range(4, 8)
    ]
    cloud.root().client("cloudwatch").put_metric_data(
        Namespace="AWS/Bedrock", MetricData=put
    )
    mine = replace(FIGURE, dimensions={"ModelId": "of-this-test"})
    unknown = replace(FIGURE, metric="Nothing")
    asked = [
        replace(TOKENS, source=mine),
        replace(TOKENS, name="unknown", source=unknown),
    ]
    found = look_with(cloud.mint().reader)(asked, {}, now)
    assert found["unknown"] == Seen()
    assert [one.value for one in found["tokens"].points] == [107.0, 106.0, 105.0, 104.0]
