"""The pages' doors on a real server: who gets in, by which link, and how often."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.domain.commands import Person, PersonKind
from bot.domain.untrusted import Untrusted
from bot.drafts import Drafts
from bot.guards import Guards
from bot.store.proof import verify_proof
from bot.viewing import Viewing
from bot.web.app import web_app
from bot.web.headers import STRICT
from bot.web.sessions import LINK_LIVES, Sessions
from bot.web.sign_in import PER_MINUTE
from bot.wire_pages import PageNeeds, page_routes
from tests.core import Core, rulings
from tests.serving import Answer, Door, serving

pytestmark = pytest.mark.slow
FORM = "application/x-www-form-urlencoded"
HTTPS = "https://tocsin.example"


class Stage:
    """The pages of a real core; what Slack says of people is in the test's hand."""

    def __init__(self, folder: Path, base_url: str = "http://127.0.0.1:1") -> None:
        self.core = Core(folder)
        self.kinds: dict[str, PersonKind] = {}
        self.sessions = Sessions(store=self.core.store, clock=self.core.clock)
        viewing = Viewing(
            clock=self.core.clock,
            registry=rulings().registry,
            category_titles=rulings().category_titles(),
        )
        self.routes = page_routes(
            PageNeeds(
                store=self.core.store,
                clock=self.core.clock,
                keys=self.core.keys,
                viewing=viewing,
                sessions=self.sessions,
                person=self.person,
                names=self.names,
                base_url=base_url,
                guards=Guards(rulings().redactor),
                drafts=self.drafts().draft,
            )
        )
        self.app = web_app(
            self.routes, is_ready=lambda: True, metrics=bytes, home=lambda: ""
        )
        self.core.alert({"title": "Leaked key in a repository", "severity": "high"})

    def drafts(self) -> Drafts:
        return Drafts(
            store=self.core.store,
            clock=self.core.clock,
            runbooks=rulings().runbooks,
            titles=rulings().category_titles(),
            mask=lambda text: rulings().redactor.redact(text).text,
        )

    async def person(self, one: str) -> Person:
        kind = self.kinds.get(one, PersonKind.MEMBER)
        return Person(id=one, team="T0TEAM", kind=kind)

    async def names(self, people: Collection[str]) -> Mapping[str, Untrusted]:
        return {one: Untrusted("Lee Novak") for one in people if one == "U0LEAD"}

    def link(self, page: str = "/incidents/INC-0001") -> str:
        return self.sessions.link("U0LEAD", page).result()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.core.close()


@pytest.fixture
def door(stage: Stage) -> Iterator[Door]:
    with serving(stage.app) as opened:
        yield opened


def post(door: Door, path: str, cookie: str = "", **form: str) -> Answer:
    return send(door, path, {"Cookie": cookie} if cookie else {}, **form)


def send(door: Door, path: str, headers: Mapping[str, str], **form: str) -> Answer:
    given = {"Content-Type": FORM, **headers}
    return door.ask("POST", path, urlencode(form).encode(), given)


def get(door: Door, path: str, cookie: str = "") -> Answer:
    asked = {"Accept": "text/html", **({"Cookie": cookie} if cookie else {})}
    return door.ask("GET", path, headers=asked)


def signed_in(stage: Stage, door: Door) -> str:
    """Return the cookie of the lead's browser."""
    answer = post(door, "/sign-in", token=stage.link())
    assert answer.status == 303
    return answer.headers["set-cookie"].partition(";")[0]


def test_a_link_leads_to_its_page_once(stage: Stage, door: Door) -> None:
    token = stage.link()
    first = post(door, "/sign-in", token=token)
    assert (first.status, first.headers["location"]) == (303, "/incidents/INC-0001")
    cookie = first.headers["set-cookie"].partition(";")[0]
    page = get(door, "/incidents/INC-0001", cookie)
    assert page.status == 200
    assert b"Leaked key in a repository" in page.body
    assert b"Lee Novak" in page.body
    second = post(door, "/sign-in", token=token)
    assert second.status == 404
    assert "set-cookie" not in second.headers


def test_a_draft_of_a_runbook_is_a_file_for_who_is_signed_in(
    stage: Stage, door: Door
) -> None:
    path = "/incidents/INC-0001/runbook.md"
    assert get(door, path).status == 403
    cookie = signed_in(stage, door)
    found = get(door, path, cookie)
    assert found.status == 200
    assert found.headers["content-type"].startswith("text/markdown")
    assert 'filename="rb-27-draft-' in found.headers["content-disposition"]
    assert b"status: draft\n" in found.body
    assert get(door, "/incidents/INC-0099/runbook.md", cookie).status == 404
    page = get(door, "/incidents/INC-0001", cookie)
    assert path.encode() in page.body


def test_links_that_work_count_too(stage: Stage, door: Door) -> None:
    """A limit that only counted wrong ones would tell which are right."""
    found = [
        post(door, "/sign-in", token=stage.link()).status for _ in range(PER_MINUTE + 1)
    ]
    assert found == [303] * PER_MINUTE + [429]


def test_opening_a_link_does_not_use_it_up(stage: Stage, door: Door) -> None:
    token = stage.link()
    for method in ("GET", "HEAD", "GET"):
        looked = door.ask(method, f"/sign-in/{token}")
        assert looked.status == 200
        assert "set-cookie" not in looked.headers
    assert post(door, "/sign-in", token=token).status == 303


def test_a_living_and_a_dead_link_look_the_same_before_the_button(
    stage: Stage, door: Door
) -> None:
    token = stage.link()
    living = get(door, f"/sign-in/{token}").body
    post(door, "/sign-in", token=token)
    assert get(door, f"/sign-in/{token}").body == living


def test_all_dead_links_get_one_answer(stage: Stage, door: Door) -> None:
    used, old = stage.link(), stage.link()
    post(door, "/sign-in", token=used)
    stage.core.clock.go_on(LINK_LIVES.total_seconds())
    answers = {
        (answer.status, answer.body)
        for answer in (
            post(door, "/sign-in", token=used),
            post(door, "/sign-in", token=old),
            post(door, "/sign-in", token="A" * 22),
            post(door, "/sign-in", token="x" * 3),
            post(door, "/sign-in", token="\ud7ff" * 22),
            post(door, "/sign-in", other="1"),
            post(door, "/sign-in", token="A" * 10_000),
            door.ask("POST", "/sign-in", b"\xff\x00", {"Content-Type": FORM}),
            door.ask("POST", "/sign-in"),
            get(door, "/sign-in/short"),
        )
    }
    assert len(answers) == 1
    assert next(iter(answers))[0] == 404


def test_who_guesses_links_is_slowed_down(stage: Stage, door: Door) -> None:
    found = [post(door, "/sign-in", token="A" * 22).status for _ in range(31)]
    assert found == [404] * 30 + [429]
    assert post(door, "/sign-in", token=stage.link()).status == 429
    stage.core.clock.go_on(61)
    assert post(door, "/sign-in", token=stage.link()).status == 303


@pytest.mark.parametrize(
    "path",
    [
        "/incidents",
        "/incidents/INC-0001",
        "/incidents/INC-9999",
        "/incidents/INC-0001/entries/0.record",
        "/incidents/INC-0001/entries/0.tlog-proof",
    ],
)
def test_nothing_is_shown_without_a_session(door: Door, path: str) -> None:
    for cookie in ("", "tocsin=", "tocsin=" + "A" * 43, "tocsin=%00; tocsin=x"):
        answer = get(door, path, cookie)
        assert answer.status == 403
        assert b"Leaked" not in answer.body


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (PersonKind.GUEST, b"Guests"),
        (PersonKind.EXTERNAL, b"another organization"),
        (PersonKind.BOT, b"Bots"),
        (PersonKind.DEACTIVATED, b"deactivated"),
    ],
)
def test_who_is_no_full_member_any_more_is_out_and_stays_out(
    stage: Stage, door: Door, kind: PersonKind, says: bytes
) -> None:
    cookie, token = signed_in(stage, door), stage.link()
    stage.kinds["U0LEAD"] = kind
    refused = get(door, "/incidents", cookie)
    assert (refused.status, says in refused.body) == (403, True)
    stage.kinds.clear()
    assert get(door, "/incidents", cookie).status == 403
    assert post(door, "/sign-in", token=token).status == 404


def test_a_guest_s_link_signs_nobody_in_and_says_why(stage: Stage, door: Door) -> None:
    stage.kinds["U0LEAD"] = PersonKind.GUEST
    answer = post(door, "/sign-in", token=stage.link())
    assert (answer.status, b"Guests" in answer.body) == (403, True)
    assert "set-cookie" not in answer.headers


def test_while_slack_is_silent_nothing_is_shown_and_nothing_is_lost(
    stage: Stage, door: Door
) -> None:
    cookie, token = signed_in(stage, door), stage.link()
    stage.kinds["U0LEAD"] = PersonKind.UNKNOWN
    assert get(door, "/incidents", cookie).status == 503
    assert post(door, "/sign-in", token=token).status == 503
    stage.kinds.clear()
    assert get(door, "/incidents", cookie).status == 200
    assert post(door, "/sign-in", token=token).status == 303


def test_signing_out_ends_the_session_on_the_server(stage: Stage, door: Door) -> None:
    cookie, other = signed_in(stage, door), signed_in(stage, door)
    gone = post(door, "/sign-out", cookie, where="here")
    assert gone.status == 200
    assert "Max-Age=0" in gone.headers["set-cookie"]
    assert get(door, "/incidents", cookie).status == 403
    assert get(door, "/incidents", other).status == 200


def test_signing_out_everywhere_ends_every_session(stage: Stage, door: Door) -> None:
    cookie, other = signed_in(stage, door), signed_in(stage, door)
    post(door, "/sign-out", cookie, where="everywhere")
    assert get(door, "/incidents", other).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_another_site_does_nothing(
    stage: Stage, door: Door, headers: dict[str, str]
) -> None:
    token, cookie = stage.link(), signed_in(stage, door)
    assert send(door, "/sign-in", headers, token=token).status == 403
    out = send(door, "/sign-out", {"Cookie": cookie, **headers}, where="here")
    assert out.status == 403
    assert get(door, "/incidents", cookie).status == 200
    assert post(door, "/sign-in", token=token).status == 303


@pytest.mark.parametrize("path", ["/sign-out", "/incidents", "/sign-in/x"])
def test_what_changes_is_posted_and_what_reads_is_not(door: Door, path: str) -> None:
    method = "GET" if path == "/sign-out" else "POST"
    assert door.ask(method, path).status == 405


def test_a_new_sign_in_ends_the_session_of_the_same_browser(
    stage: Stage, door: Door
) -> None:
    old = signed_in(stage, door)
    post(door, "/sign-in", old, token=stage.link())
    assert get(door, "/incidents", old).status == 403


def test_over_https_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    stage = Stage(tmp_path, base_url=HTTPS)
    with serving(stage.app) as door:
        answer = post(door, "/sign-in", token=stage.link())
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-tocsin=")
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    wanted = {"httponly", "secure", "samesite=strict", "path=/", "max-age=43200"}
    assert wanted <= parts
    assert not any(part.startswith("domain") for part in parts)
    stage.core.close()


def test_over_loopback_the_cookie_is_as_strict_as_plain_http_allows(
    stage: Stage, door: Door
) -> None:
    cookie = post(door, "/sign-in", token=stage.link()).headers["set-cookie"].lower()
    assert cookie.startswith("tocsin=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie


def test_every_answer_is_strict(stage: Stage, door: Door) -> None:
    cookie = signed_in(stage, door)
    for answer in (
        get(door, "/incidents", cookie),
        get(door, "/incidents/INC-0001", cookie),
        get(door, "/incidents/INC-9999", cookie),
        get(door, "/sign-in/" + "A" * 22),
        get(door, "/assets/tocsin.css"),
        get(door, "/nothing"),
        door.ask("GET", "/healthz"),
        post(door, "/sign-in", token="x" * 3),
    ):
        for name, value in STRICT:
            assert answer.headers[name.decode()] == value.decode()
        assert "'unsafe" not in answer.headers["content-security-policy"]


def test_a_failure_of_ours_is_a_strict_page_without_a_word_about_it(
    stage: Stage,
) -> None:
    async def broken(_: Any) -> Any:
        raise RuntimeError("the secret detail")

    from starlette.routing import Route

    app = web_app(
        [Route("/broken", broken)],
        is_ready=lambda: True,
        metrics=bytes,
        home=lambda: "",
    )
    with serving(app) as door:
        page, plain = get(door, "/broken"), door.ask("GET", "/broken")
    for answer in (page, plain):
        assert answer.status == 500
        assert b"secret detail" not in answer.body
        assert "content-security-policy" in answer.headers
    assert b"<h1>" in page.body
    assert plain.json["error"] == "our_fault"


def test_a_script_still_gets_json_for_what_is_not_there(door: Door) -> None:
    assert door.ask("GET", "/nothing").json["error"] == "not_found"
    assert b"<h1>" in get(door, "/nothing").body


@pytest.mark.parametrize(
    "path",
    [
        "/incidents/INC-9999",
        "/incidents/x",
        "/incidents/%3Cscript%3E",
        "/incidents/INC-0001/entries/99999.record",
        "/incidents/INC-0001/entries/-1.record",
        "/incidents/INC-0001/entries/0.pdf",
        "/incidents/INC-0001/entries/٣.record",
        "/assets/..%2f__init__.py",
        "/assets/incident.html",
    ],
)
def test_what_is_not_there_is_not_found(stage: Stage, door: Door, path: str) -> None:
    quoted = path.encode().decode("latin-1")
    answer = get(
        door, re.sub(r"[^\x00-\x7f]+", "%D9%A3", quoted), signed_in(stage, door)
    )
    assert answer.status == 404
    assert b"<script" not in answer.body


def test_an_entry_is_proved_offline_with_what_the_page_hands_out(
    stage: Stage, door: Door
) -> None:
    cookie = signed_in(stage, door)
    page = get(door, "/incidents/INC-0001", cookie).body.decode()
    paths = re.findall(r'href="(/incidents/INC-0001/entries/\d+\.[a-z-]+)"', page)
    assert len(paths) >= 2
    key = re.search(r"Verifier key</dt><dd><code>([^<]+)<", page)
    assert key is not None
    record, proof = (get(door, path, cookie) for path in paths[:2])
    assert "attachment" in record.headers["content-disposition"]
    verifier = key[1].replace("&#43;", "+")
    found = verify_proof(proof.body.decode(), record.body, verifier)
    assert found.size >= 1
    assert json.loads(record.body)["kind"] == "incident.opened.v1"


def test_an_entry_of_another_incident_is_not_handed_out(
    stage: Stage, door: Door
) -> None:
    stage.core.alert({"title": "Model endpoint is down", "severity": "critical"})
    cookie = signed_in(stage, door)
    other = stage.core.service.timeline("INC-0002")[0].seq
    wanted = f"/entries/{other}.record"
    assert get(door, "/incidents/INC-0001" + wanted, cookie).status == 404
    assert get(door, "/incidents/INC-0002" + wanted, cookie).status == 200


def test_the_board_shows_what_is_open_and_below_what_ended(
    stage: Stage, door: Door
) -> None:
    from bot.domain.commands import Resolve

    stage.core.alert({"title": "Model endpoint is down", "severity": "critical"})
    by = Person(id="U0LEAD", team="T0TEAM", kind=PersonKind.MEMBER)
    stage.core.ask("INC-0001", Resolve(by=by))
    page = get(door, "/incidents", signed_in(stage, door)).body.decode()
    assert page.index("INC-0002") < page.index("Resolved last") < page.index("INC-0001")
    assert "1 open" in page


def test_a_postmortem_is_a_page_and_a_file_for_members_only(
    stage: Stage, door: Door
) -> None:
    where = "/incidents/INC-0001/postmortem"
    assert get(door, where).status == 403
    assert get(door, where + ".md").status == 403
    cookie = signed_in(stage, door)
    page, file = get(door, where, cookie), get(door, where + ".md", cookie)
    assert b"Contributing factors" in page.body
    assert b"<script" not in page.body
    assert file.body.decode().startswith("# Postmortem of INC-0001 (draft)")
    assert file.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "attachment" in file.headers["content-disposition"]
    for strange in ("INC-0099", "INC-1", "..%2f..", "x"):
        assert get(door, f"/incidents/{strange}/postmortem", cookie).status == 404
    stage.kinds["U0LEAD"] = PersonKind.GUEST
    assert get(door, where, cookie).status == 403
