"""`kill -9` at any moment: nothing acknowledged is lost, nothing happens twice."""

import json
import threading
from pathlib import Path

import pytest

from tests.hardness import times
from tests.story.running import CHANNEL, Tocsin, running

pytestmark = pytest.mark.slow

KILLS = times(10, else_=5)


def problem(number: int, at: str = "") -> dict[str, str]:
    return {
        "id": f"alert-{number}{at}",
        "title": f"Model m{number} answers 503 to customers",
        "severity": "critical",
        "service": f"m{number}",
    }


def cards_of(tocsin: Tocsin, incident: str) -> list[str]:
    return [c["text"] for c in tocsin.cards() if incident in json.dumps(c)]


def test_an_alert_answered_202_survives_the_next_instant(tmp_path: Path) -> None:
    with running(tmp_path, cloud=False) as tocsin:
        answer = tocsin.alert(problem(1))
        tocsin.kill()
        assert answer.status == 202
        tocsin.start()
        tocsin.wait_for(lambda m: m)
        assert tocsin.alert_state(answer.json["id"])["state"] == "done"
        assert tocsin.alert(problem(1)).json["duplicate"] is True
        assert len(cards_of(tocsin, "INC-0001")) == 1


def test_a_flood_with_kills_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    accepted: dict[str, int] = {}
    with running(tmp_path, cloud=False) as tocsin:
        for round_number in range(KILLS):
            _flood(tocsin, round_number, accepted)
            tocsin.start()
        for alert_id in accepted:
            tocsin.wait_for(
                lambda _, one=alert_id: tocsin.alert_state(one)["state"] == "done"
            )
        problems = len(set(accepted.values()))
        opened = {
            tocsin.alert_state(one)["alerts"][one].split()[-1] for one in accepted
        }
        assert len(opened) == problems
        tocsin.wait_for(lambda _: all(cards_of(tocsin, one) for one in opened))
        for incident in opened:
            assert len(cards_of(tocsin, incident)) == 1


def _flood(tocsin: Tocsin, round_number: int, accepted: dict[str, int]) -> None:
    """Post until the server dies under it; note what was answered 202."""

    def post() -> None:
        for number in range(200):
            try:
                answer = tocsin.alert(problem(number % 8, f"-{round_number}-{number}"))
            except OSError:
                return
            if answer.status == 202:
                accepted[answer.json["id"]] = number % 8

    sender = threading.Thread(target=post)
    sender.start()
    while not accepted or len(accepted) < (round_number + 1) * 3:
        sender.join(0.005)
        if not sender.is_alive():
            break
    tocsin.kill()
    sender.join()


def test_a_press_that_was_acked_takes_effect_once(
    tmp_path: Path, transport: str
) -> None:
    with running(tmp_path, transport=transport, cloud=False) as tocsin:
        tocsin.alert(problem(1))
        card = tocsin.wait_for(lambda m: m)[0]
        press = {"channel": CHANNEL, "ts": card["ts"], "action_id": "incident.ack"}
        assert tocsin.do("U0ONCALL", "click", **press).status == 200
        tocsin.kill()
        tocsin.start()
        tocsin.wait_for(lambda m: "investigating" in json.dumps(m[0]["blocks"]))
        thread = [m["text"] for m in tocsin.messages() if m["ts"] != card["ts"]]
        assert sum("acknowledged" in text for text in thread) <= 1
        assert len(cards_of(tocsin, "INC-0001")) == 1
