"""A page that changed is told once; one that does not answer is never an incident."""

import json
import logging
from threading import Event
from typing import Any

import pytest

from bot.ports.ask import Answer
from bot.watch import rows
from bot.watch.pages import Pages
from tests.fakes.ask import FakeAsk, answer, silence
from tests.watch.stage import Watched

ADDRESS = "https://status.example.org/api/v2/summary.json"
PAGE = "https://status.example.org/"


def summary(indicator: str = "none", *incidents: str, **more: Any) -> dict[str, Any]:
    listed = [
        {
            "id": one,
            "name": f"Trouble {one}",
            "status": "investigating",
            "impact": "major",
        }
        for one in incidents
    ]
    return {
        "page": {"id": "p1", "name": "Example", "updated_at": "2026-05-04T10:00:00Z"},
        "status": {"indicator": indicator, "description": "…"},
        "components": [{"id": "c1", "name": "API", "status": "operational"}],
        "incidents": listed,
        "scheduled_maintenances": [],
        **more,
    }


def page(body: Any, **headers: str) -> Answer:
    return answer(json.dumps(body).encode(), 200, **headers)


def pages(watched: Watched, ask: FakeAsk, *names: str) -> Pages:
    return Pages(
        store=watched.core.store,
        clock=watched.core.clock,
        notices=watched.notices,
        ask=ask,
        pages=names or (PAGE,),
        every_s=60,
    )


def look(watched: Watched, one: Pages, times: int = 1, rest_s: float = 70) -> int:
    asked = 0
    for _ in range(times):
        asked += one.look(Event())
        watched.core.clock.go_on(rest_s)
    return asked


def told(watched: Watched) -> list[Any]:
    return [json.loads(one) for one in watched.told("statuspage")]


def test_what_a_page_says_is_kept_as_it_came_and_only_when_it_changed(
    watched: Watched,
) -> None:
    calm, bad = summary(), summary("major", "i1")
    later = summary(page={"id": "p1", "updated_at": "2026-05-04T10:05:00Z"})
    ask = FakeAsk({ADDRESS: [page(calm), page(later), page(bad), page(bad)]})
    look(watched, pages(watched, ask), 4)
    assert told(watched) == [calm, bad]


def test_an_incident_that_is_no_longer_listed_is_told_as_over(watched: Watched) -> None:
    both, one, none = summary("major", "i1", "i2"), summary("minor", "i2"), summary()
    ask = FakeAsk({ADDRESS: [page(both), page(one), page(none)]})
    look(watched, pages(watched, ask), 3)
    over = [
        said for said in told(watched) if said.get("incidents") and "status" not in said
    ]
    listed = [[(i["id"], i["status"]) for i in said["incidents"]] for said in over]
    assert listed == [[("i1", "resolved")], [("i2", "resolved")]]
    assert over[0]["page"]["name"] == "Example"


def test_a_page_that_is_well_again_says_so_for_itself_and_its_components(
    watched: Watched,
) -> None:
    failing = [{"id": "c1", "name": "API", "status": "major_outage"}]
    bad = summary("major", components=failing)
    ask = FakeAsk({ADDRESS: [page(bad), page(summary())]})
    look(watched, pages(watched, ask), 2)
    component, itself = told(watched)[2:]
    assert component["component"] == {
        "id": "c1",
        "name": "API",
        "status": "operational",
    }
    assert component["component_update"]["new_status"] == "operational"
    assert set(itself) == {"page", "status"}
    assert itself["status"] == {"indicator": "none"}


def test_it_asks_whether_anything_changed(watched: Watched) -> None:
    first = page(summary(), etag='"e1"', last_modified="Mon, 04 May 2026 10:00:00 GMT")
    ask = FakeAsk({ADDRESS: [first, answer(status=304)]})
    look(watched, pages(watched, ask), 3)
    assert len(told(watched)) == 1
    sent = ask.asked[2][2]
    assert sent["If-None-Match"] == '"e1"'
    assert sent["If-Modified-Since"] == "Mon, 04 May 2026 10:00:00 GMT"


def test_a_page_is_asked_once_a_minute(watched: Watched) -> None:
    ask = FakeAsk({ADDRESS: [page(summary())]})
    assert look(watched, pages(watched, ask), 12, rest_s=10) in (2, 3)


def test_a_page_that_does_not_answer_is_asked_less_often_and_opens_nothing(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    ask = FakeAsk({ADDRESS: [silence()]})
    asked = look(watched, pages(watched, ask), 60, rest_s=60)
    assert 5 <= asked <= 9
    assert told(watched) == []
    row = watched.row(rows.PAGES, PAGE)
    assert (row["problem"], row["failures"]) == ("TimeoutError", asked)
    assert len(caplog.records) == 1


def test_it_recovers_by_itself_and_says_so(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ask = FakeAsk({ADDRESS: [silence(), page(summary("major", "i1"))]})
    look(watched, pages(watched, ask), 2, rest_s=200)
    assert told(watched) == [summary("major", "i1")]
    assert watched.row(rows.PAGES, PAGE)["failures"] == 0
    assert f"status page {PAGE} answers again" in caplog.messages


@pytest.mark.parametrize(
    ("odd", "says"),
    [
        (answer(b"<html>"), "it is no summary"),
        (answer(b'{"page": 1, "status": {"indicator": "none"}}'), "it is no summary"),
        (answer(b"[" * 100_000), "it is no summary"),
        (answer(b"\xff\xfe"), "it is no summary"),
        (answer(status=302, location="https://elsewhere.example"), "it answered 302"),
        (answer(status=500), "it answered 500"),
    ],
)
def test_what_is_no_summary_is_a_failure_to_read(
    watched: Watched, odd: Answer, says: str
) -> None:
    ask = FakeAsk({ADDRESS: [odd]})
    look(watched, pages(watched, ask))
    assert told(watched) == []
    assert watched.row(rows.PAGES, PAGE)["problem"] == says


def test_a_page_that_asks_for_rest_gets_it(watched: Watched) -> None:
    ask = FakeAsk({ADDRESS: [answer(status=429, retry_after="3000")]})
    assert look(watched, pages(watched, ask), 26, rest_s=100) == 1


def test_one_bad_page_does_not_stop_the_others(watched: Watched) -> None:
    other = "https://status.openai.com/api/v2/summary.json"
    ask = FakeAsk({ADDRESS: [silence()], other: [page(summary("minor"))]})
    look(watched, pages(watched, ask, PAGE, "openai"))
    assert told(watched) == [summary("minor")]


def test_odd_lists_in_a_summary_are_read_as_nothing(watched: Watched) -> None:
    odd = summary(components="x", incidents=[1, {"id": None}, {"id": "i1"}])
    ask = FakeAsk({ADDRESS: [page(odd), page(summary())]})
    look(watched, pages(watched, ask), 2)
    assert [one["id"] for one in told(watched)[2]["incidents"]] == ["i1"]


def test_a_restart_does_not_tell_a_page_again(watched: Watched) -> None:
    ask = FakeAsk({ADDRESS: [page(summary("major", "i1"))]})
    look(watched, pages(watched, ask))
    again = pages(watched, ask)
    again.forget_others()
    look(watched, again, 2)
    assert len(told(watched)) == 1


def test_a_page_that_is_no_longer_asked_is_forgotten(watched: Watched) -> None:
    ask = FakeAsk({ADDRESS: [page(summary())]})
    look(watched, pages(watched, ask))
    pages(watched, ask, "openai").forget_others()
    assert watched.row(rows.PAGES, PAGE) == {}


def test_at_the_end_of_the_process_no_page_is_asked(watched: Watched) -> None:
    ask, stop = FakeAsk(), Event()
    stop.set()
    assert pages(watched, ask).look(stop) == 0
