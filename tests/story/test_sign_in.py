"""Who opens, with a running bot: signed in with the practice Slack, asked again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.sharing.seal import Link, read_link
from tests.sharing.reading import Opened
from tests.story.running import Tocsin, running
from tests.story.signing_in import Browser, Refused
from tests.story.test_sharing import QUIET, link
from tests.story.test_story import LEAK, cli

pytestmark = pytest.mark.slow
ME = "/share/me"
MANY = {**QUIET, "TOCSIN_WEB_SHARE_OPENS": "50"}


@pytest.fixture(scope="module")
def tocsin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tocsin]:
    """One bot for all who need no other; each test has a person of its own."""
    settings = {**MANY, "TOCSIN_WEB_SIGN_IN": "required"}
    with running(tmp_path_factory.mktemp("required"), settings=settings) as started:
        started.alert(LEAK)
        started.wait_for(lambda messages: messages)
        yield started


def browser(tocsin: Tocsin) -> Browser:
    return Browser(tocsin.facts["url"])


def ticket(tocsin: Tocsin, who: str) -> Link:
    return read_link(link(tocsin, who))


def change(tocsin: Tocsin, who: str, **wish: str) -> None:
    asked = tocsin.ask(f"/practice/people/{who}", json.dumps(wish).encode())
    assert asked.status == 200


def told(tocsin: Tocsin, words: str) -> Any:
    return tocsin.wait_for(lambda m: [one for one in m if words in one["text"]])


def test_only_its_own_person_opens_a_ticket_and_a_forwarded_one_is_named(
    tocsin: Tocsin,
) -> None:
    made = ticket(tocsin, "U0COMMANDER")
    stranger, other, owner = (browser(tocsin) for _ in range(3))
    assert stranger.ask("GET", ME).json == {
        "required": True,
        "signed_in": False,
        "person": "",
    }
    with pytest.raises(Refused):
        stranger.open(made)
    told(tocsin, "nobody was signed in where it was shown")
    assert other.sign_in("U0SECOND").status == 200
    with pytest.raises(Refused):
        other.open(made)
    told(tocsin, "when <@U0SECOND> showed it: it was forwarded")
    assert owner.sign_in("U0COMMANDER").status == 200
    known = owner.ask("GET", ME).json
    assert known["signed_in"] is True
    assert "U0" not in json.dumps(known)
    assert Opened(owner.open(made)).manifest["incident"] == "INC-0001"
    told(tocsin, "opened with <@U0COMMANDER>'s ticket")
    with pytest.raises(Refused):
        owner.open(made)


def test_a_cookie_counts_only_from_a_page_of_ours(tocsin: Tocsin) -> None:
    made, owner = ticket(tocsin, "U0LEAD"), browser(tocsin)
    owner.sign_in("U0LEAD")
    for site in ("cross-site", "same-site", "none"):
        asked = owner.ask("GET", ME, None, **{"Sec-Fetch-Site": site})
        assert asked.json["signed_in"] is False
    assert owner.ask("GET", ME).json["signed_in"] is True
    assert owner.open(made)


@pytest.mark.parametrize("who", ["U0GUEST", "U0EXTERNAL", "U0GONE", "U0BOT2"])
def test_nobody_but_a_full_member_signs_in(tocsin: Tocsin, who: str) -> None:
    visitor = browser(tocsin)
    assert visitor.sign_in(who).status == 403
    assert visitor.ask("GET", ME).json["signed_in"] is False
    assert visitor.ask("GET", "/incidents", Accept="text/html").status == 403


def test_the_board_opens_after_signing_in(tocsin: Tocsin) -> None:
    visitor = browser(tocsin)
    before = visitor.ask("GET", "/incidents", Accept="text/html")
    assert b'href="/sign-in/slack?to=/incidents"' in before.body
    assert b"url=/incidents" in visitor.sign_in("U0LEAD", to="/incidents").body
    assert visitor.ask("GET", "/incidents", Accept="text/html").status == 200


def test_a_terminal_opens_no_ticket_but_what_names_nobody(
    tocsin: Tocsin, tmp_path: Path
) -> None:
    url = link(tocsin, "U0ONCALL")
    assert cli(tocsin, "unseal", url).returncode == 1
    file = tmp_path / "notes.txt"
    file.write_text("hello\n")
    made = json.loads(cli(tocsin, "seal", str(file)).stdout)
    assert cli(tocsin, "unseal", made["url"]).stdout == "hello\n"


# --- people who may not any more ---


def test_who_is_removed_or_leaves_within_the_two_minutes_opens_nothing(
    tmp_path: Path,
) -> None:
    """What Slack said is kept for at most a minute; a restart forgets it at once."""
    with running(tmp_path, settings=MANY) as tocsin:
        tocsin.alert(LEAK)
        tocsin.wait_for(lambda messages: messages)
        people = ("U0ONCALL", "U0SECOND", "U0LEAD", "U0COMMANDER")
        made = {who: ticket(tocsin, who) for who in people}
        change(tocsin, "U0ONCALL", kind="deactivated")
        change(tocsin, "U0SECOND", kind="guest")
        change(tocsin, "U0LEAD", leaves="C0INCIDENTS")
        tocsin.kill()
        tocsin.start()
        for who in people[:3]:
            with pytest.raises(Refused):
                browser(tocsin).open(made[who])
        told(tocsin, "<@U0ONCALL>'s ticket did not open the diagnostics: their account")
        told(tocsin, "<@U0SECOND>'s ticket did not open the diagnostics: they are a")
        told(tocsin, "<@U0LEAD>'s ticket did not open the diagnostics: they are not in")
        said = tocsin.stderr()
        for reason in ("holder_removed", "holder_guest", "holder_outside"):
            assert reason in said
        assert browser(tocsin).open(made["U0COMMANDER"])
        # And nobody is believed about where they come from.
        found = statuses(tocsin, 125, lambda n: f"203.0.113.{n}")
        assert found == [200] * 120 + [404] * 5


def test_visitors_are_named_in_the_thread(tocsin: Tocsin) -> None:
    for who in ("U0GUEST", "U0EXTERNAL"):
        tocsin.command(who, "/incident diagnostics INC-0001")
    told(tocsin, "<@U0GUEST> got no link to the diagnostics: diagnostics are not for")
    told(tocsin, "<@U0EXTERNAL> got no link to the diagnostics")


# --- where requests come from ---


def statuses(tocsin: Tocsin, number: int, spoofed: Any) -> list[int]:
    asking = browser(tocsin)
    return [
        asking.ask("GET", ME, **{"X-Forwarded-For": spoofed(n)}).status
        for n in range(number)
    ]


def test_behind_a_proxy_the_last_address_it_names_is_counted(tmp_path: Path) -> None:
    settings = {**QUIET, "TOCSIN_WEB_TRUSTED_PROXIES": "127.0.0.1"}
    with running(tmp_path, settings=settings) as tocsin:
        # The first is what a client claims, the last is what our proxy saw.
        found = statuses(tocsin, 122, lambda n: f"198.51.100.{n}, 203.0.113.7")
        assert found == [200] * 120 + [404] * 2
        assert statuses(tocsin, 1, lambda _: "203.0.113.8") == [200]
