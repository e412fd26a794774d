"""What a Prometheus answers, right and wrong, and who is shown its token."""

import json
from typing import Any

import pytest

from bot.domain.baseline import Point
from bot.domain.watched import Baseline, PrometheusFigure
from bot.ports.ask import Answer
from bot.watch.looking import Seen
from bot.watch.prometheus import Prometheus
from bot.web.asking import HttpAsk
from tests.fakes.ask import FakeAsk, answer, silence
from tests.rawserver import ok, saying
from tests.spec import NOON

QUERY = 'sum(rate(errors_total{job="a b"}[5m]))'
ADDRESS = (
    "http://prometheus:9090/api/v1/query?query="
    "sum%28rate%28errors_total%7Bjob%3D%22a%20b%22%7D%5B5m%5D%29%29"
)


def figure(url: str = "") -> Baseline:
    source = PrometheusFigure(query=QUERY, url=url)
    return Baseline(name="errors", kind="errors", source=source)


def data(kind: str, result: Any) -> Answer:
    body = {"status": "success", "data": {"resultType": kind, "result": result}}
    return answer(json.dumps(body).encode())


def vector(*values: str) -> Answer:
    series = [{"metric": {"a": v}, "value": [1777888800.1, v]} for v in values]
    return data("vector", series)


def seen(found: Any) -> Seen:
    ask = FakeAsk({ADDRESS: [found]})
    one = Prometheus(ask=ask, url="http://prometheus:9090/")
    return one([figure()], {}, NOON)["errors"]


def test_a_value_is_one_of_now() -> None:
    assert seen(vector("1.5")) == Seen(points=(Point(NOON, 1.5),))
    assert seen(data("scalar", [1777888800, "2"])) == Seen(points=(Point(NOON, 2.0),))


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-Inf", "1e300"])
def test_what_is_no_number_is_missing_and_no_zero(value: str) -> None:
    assert seen(vector(value)) == Seen()


def test_no_series_is_missing_and_no_zero() -> None:
    assert seen(vector()) == Seen()


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (vector("1", "2"), "the query gives 2 series; make it one, as with sum(…)"),
        (data("matrix", []), "its answer is not one of Prometheus"),
        (answer(b"<html>"), "its answer is not one of Prometheus"),
        (answer(b"[]"), "its answer is not one of Prometheus"),
        (
            answer(b'{"data": {"resultType": "vector", "result": [{}]}}'),
            "its answer is not one of Prometheus",
        ),
        (answer(b"bad", status=400), "the query is not understood"),
        (answer(status=401), "it asks for a token, or for another one"),
        (answer(status=302), "it answered 302"),
        (silence(), "TimeoutError"),
    ],
)
def test_what_cannot_be_read_is_said_in_our_own_words(found: Any, says: str) -> None:
    assert seen(found) == Seen(problem=says)


def test_only_the_server_of_the_settings_is_shown_the_token() -> None:
    other = "http://other:9090"
    ask = FakeAsk(
        {
            ADDRESS: [vector("1")],
            ADDRESS.replace("prometheus:9090", "other:9090"): [vector("1")],
        }
    )
    one = Prometheus(ask=ask, url="http://prometheus:9090", token="t" * 20)
    one([figure(), figure(other)], {}, NOON)
    assert [sent[2].get("Authorization") for sent in ask.asked] == [
        "Bearer " + "t" * 20,
        None,
    ]
    assert "tttt" not in repr(Prometheus(ask=FakeAsk(), token="t" * 20))


def test_without_an_address_it_says_so() -> None:
    one = Prometheus(ask=FakeAsk())
    assert one([figure()], {}, NOON)["errors"].problem == (
        "no address of a Prometheus is set"
    )


def test_a_real_server_is_asked_and_read() -> None:
    body = vector("0.25").body
    with saying(ok(body)) as server:
        one = Prometheus(ask=HttpAsk(plain_anywhere=True), url=server.url)
        found = one([figure()], {}, NOON)["errors"]
    assert found == Seen(points=(Point(NOON, 0.25),))
    assert server.lines()[0].startswith("GET /api/v1/query?query=sum%28rate")
