"""A text that one person seals for others, with a running bot: pasted in Slack."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.story.running import CHANNEL, Tocsin, running
from tests.story.test_gate import wait
from tests.story.test_sharing import QUIET, URL, ephemerals, key_files, unseal
from tests.story.test_story import LEAK

pytestmark = pytest.mark.slow

PASTED = "the vault's " + "pass" + "word is Wombat-4711-Lagoon & <b>it works</b>"
SHORTCUT = "share_message"


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    with running(tmp_path, settings=QUIET) as started:
        started.alert(LEAK)
        started.wait_for(lambda messages: messages)
        yield started


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tocsin]:
    """A bot for all who come in vain: they leave nothing behind."""
    with running(tmp_path_factory.mktemp("standing"), settings=QUIET) as started:
        started.alert(LEAK)
        started.wait_for(lambda messages: messages)
        yield started


def share(tocsin: Tocsin, who: str, people: list[str], **values: Any) -> Any:
    """Type `/incident share`, fill the form in and send it."""
    opened = tocsin.command(who, "/incident share").json
    given = {"text": PASTED, "people": people, **values}
    return tocsin.do(who, "submit", view=opened["view"]["id"], values=given)


def offer(tocsin: Tocsin) -> dict[str, Any]:
    """Wait for the message that offers it, and return it."""
    found = tocsin.wait_for(
        lambda m: [one for one in m if "sealed a text" in one["text"]]
    )
    return dict(found[-1])


def press(tocsin: Tocsin, who: str, action: str = "share.open") -> Any:
    ts = offer(tocsin)["ts"]
    given = {"channel": CHANNEL, "ts": ts, "action_id": action}
    return tocsin.do(who, "click", **given)


def links(tocsin: Tocsin, who: str) -> list[str]:
    return [str(one) for one in URL.findall(ephemerals(tocsin, who))]


def everything_kept(tocsin: Tocsin) -> bytes:
    files = (one for one in tocsin.home.rglob("*") if one.is_file())
    return b"".join(one.read_bytes() for one in files if "practice" not in one.name)


def test_a_text_reaches_whom_it_names_and_stands_nowhere(tocsin: Tocsin) -> None:
    sent = share(tocsin, "U0ONCALL", ["U0SECOND", "U0COMMANDER"])
    assert sent.json["ok"], sent.json
    said = offer(tocsin)
    assert "<@U0ONCALL> sealed a text for <@U0SECOND>, <@U0COMMANDER>" in said["text"]
    assert "not masked" in said["text"]
    press(tocsin, "U0SECOND")
    (url,) = wait(lambda: links(tocsin, "U0SECOND"))
    assert unseal(tocsin, url).stdout == PASTED
    tocsin.wait_for(
        lambda m: [one for one in m if "sealed was opened with" in one["text"]]
    )
    assert b"Wombat" not in everything_kept(tocsin)
    assert "Wombat" not in tocsin.stderr()
    assert "Wombat" not in json.dumps(tocsin.messages(CHANNEL))
    assert "Wombat" not in str(tocsin.ask("/metrics").json)


def test_nobody_else_gets_it_and_each_gets_it_once(tocsin: Tocsin) -> None:
    share(tocsin, "U0ONCALL", ["U0SECOND", "U0COMMANDER"])
    offer(tocsin)
    press(tocsin, "U0LEAD")
    wait(lambda: "sealed for other people" in ephemerals(tocsin, "U0LEAD"))
    press(tocsin, "U0ONCALL")
    wait(lambda: "sealed for other people" in ephemerals(tocsin, "U0ONCALL"))
    press(tocsin, "U0SECOND")
    (url,) = wait(lambda: links(tocsin, "U0SECOND"))
    assert unseal(tocsin, url).returncode == 0
    press(tocsin, "U0SECOND")
    wait(lambda: "as often as it was sealed for" in ephemerals(tocsin, "U0SECOND"))
    press(tocsin, "U0COMMANDER")
    (last,) = wait(lambda: links(tocsin, "U0COMMANDER"))
    assert unseal(tocsin, last).returncode == 0
    ended = tocsin.wait_for(
        lambda m: [one for one in m if "Everybody opened" in one["text"]]
    )
    assert "share.open" not in json.dumps(ended[-1]["blocks"])


@pytest.mark.parametrize("other", ["U0SECOND", "U0COMMANDER"])
def test_who_sealed_it_takes_it_back(tocsin: Tocsin, other: str) -> None:
    share(tocsin, "U0ONCALL", [other])
    offer(tocsin)
    press(tocsin, "U0LEAD", "share.revoke")
    wait(lambda: "only who sealed it" in ephemerals(tocsin, "U0LEAD"))
    press(tocsin, "U0ONCALL", "share.revoke")
    tocsin.wait_for(lambda m: [one for one in m if "took back what" in one["text"]])
    wait(lambda: b"sh_" not in key_files(tocsin))
    assert list((tocsin.home / "blobs").iterdir()) == []


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ("U0GUEST", "is a guest"),
        ("U0EXTERNAL", "is from another organization"),
        ("U0GONE", "has a deactivated account"),
        ("U0BOT2", "is an app"),
    ],
)
def test_visitors_are_refused_while_the_form_still_stands(
    standing: Tocsin, chosen: str, why: str
) -> None:
    sent = share(standing, "U0ONCALL", ["U0SECOND", chosen]).json
    assert sent["ack"]["response_action"] == "errors"
    assert sent["ack"]["errors"] == {"people": f"No. 2 {why}."}
    assert sent["view"]["callback_id"] == "share.text"
    assert b"sh_" not in key_files(standing)


@pytest.mark.parametrize(
    ("who", "why"),
    [("U0GUEST", "not for guests"), ("U0EXTERNAL", "from another organization")],
)
def test_visitors_share_nothing_and_are_told_why(
    standing: Tocsin, who: str, why: str
) -> None:
    opened = standing.command(who, "/incident share").json
    assert "view" not in opened
    wait(lambda: why in ephemerals(standing, who))


def test_a_message_is_shared_with_a_shortcut(tocsin: Tocsin) -> None:
    tocsin.do("U0ONCALL", "say", channel=CHANNEL, text=PASTED)
    said = next(one for one in tocsin.messages(CHANNEL) if "Wombat" in one["text"])
    opened = tocsin.do(
        "U0ONCALL",
        "shortcut",
        channel=CHANNEL,
        ts=said["ts"],
        callback_id=SHORTCUT,
    ).json
    view = opened["view"]
    assert view["blocks"][1]["element"]["initial_value"] == PASTED
    given = {"people": ["U0SECOND"]}
    sent = tocsin.do("U0ONCALL", "submit", view=view["id"], values=given)
    assert sent.json["ok"], sent.json
    press(tocsin, "U0SECOND")
    (url,) = wait(lambda: links(tocsin, "U0SECOND"))
    assert unseal(tocsin, url).stdout == PASTED
    assert b"Wombat" not in everything_kept(tocsin)


def test_it_ends_with_the_incident(tocsin: Tocsin) -> None:
    share(tocsin, "U0ONCALL", ["U0SECOND"])
    offer(tocsin)
    press(tocsin, "U0SECOND")
    (url,) = wait(lambda: links(tocsin, "U0SECOND"))
    tocsin.command("U0ONCALL", "/incident resolve INC-0001 fixed")
    wait(lambda: b"sh_" not in key_files(tocsin))
    assert unseal(tocsin, url).returncode == 1


def test_everything_is_on_the_timeline_without_the_text(tocsin: Tocsin) -> None:
    share(tocsin, "U0ONCALL", ["U0SECOND"])
    press(tocsin, "U0SECOND")
    (url,) = wait(lambda: links(tocsin, "U0SECOND"))
    unseal(tocsin, url)
    status = json.dumps(tocsin.command("U0ONCALL", "/incident status INC-0001").json)
    assert "Wombat" not in status
    assert "pasted it, unmasked, for @U0SECOND; 1 opening each." in everything_told(
        tocsin
    )


def everything_told(tocsin: Tocsin) -> str:
    from tests.story.test_story import cli

    return cli(tocsin, "timeline", "INC-0001", "--format", "md").stdout


def test_a_crash_after_the_form_loses_nothing(tmp_path: Path) -> None:
    with running(tmp_path, settings=QUIET) as tocsin:
        tocsin.alert(LEAK)
        tocsin.wait_for(lambda messages: messages)
        assert share(tocsin, "U0ONCALL", ["U0SECOND"]).json["ok"]
        tocsin.kill()
        again = Tocsin(tocsin.home, settings=QUIET)
        again.start()
        try:
            press(again, "U0SECOND")
            (url,) = wait(lambda: links(again, "U0SECOND"))
            assert unseal(again, url).stdout == PASTED
        finally:
            again.kill()
