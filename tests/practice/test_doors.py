"""Who may talk to the practice server, and what can be looked at."""

import pytest

from tests.practice.stage import Stage

SAY = {"as": "U0LEAD", "do": "say", "channel": "C0INCIDENTS", "text": "x"}


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "localhost.evil"]
)
async def test_only_loopback_names_are_answered(stage: Stage, host: str) -> None:
    headers = {"Host": host}
    async with stage.http.get(f"{stage.url}/practice/people", headers=headers) as no:
        assert no.status == 403
        assert (await no.json())["error"] == "foreign_host"


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:80"])
async def test_the_names_of_this_machine_are_answered(stage: Stage, host: str) -> None:
    headers = {"Host": host}
    async with stage.http.get(f"{stage.url}/practice/people", headers=headers) as yes:
        assert yes.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_other_sites_cannot_press_buttons(
    stage: Stage, headers: dict[str, str]
) -> None:
    url = f"{stage.url}/practice/do"
    async with stage.http.post(url, json=SAY, headers=headers) as no:
        assert no.status == 403
        assert (await no.json())["error"] == "cross_site"


async def test_the_page_itself_may(stage: Stage) -> None:
    headers = {"Origin": stage.url, "Sec-Fetch-Site": "same-origin"}
    url = f"{stage.url}/practice/do"
    async with stage.http.post(url, json=SAY, headers=headers) as yes:
        assert (await yes.json())["ok"]


@pytest.mark.parametrize("file", ["", "page.js", "page.css", "blocks.js", "text.js"])
async def test_the_page_is_served_under_a_strict_policy(
    stage: Stage, file: str
) -> None:
    async with stage.http.get(f"{stage.url}/practice/{file}") as answer:
        assert answer.status == 200
        await answer.read()
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


async def test_the_page_has_no_inline_script_or_style(stage: Stage) -> None:
    async with stage.http.get(f"{stage.url}/practice/") as answer:
        html = await answer.text()
    for forbidden in ("<style", "style=", "onclick", "javascript:", "http:", "https:"):
        assert forbidden not in html
    async with stage.http.get(f"{stage.url}/practice/page.js") as answer:
        script = await answer.text()
    assert "innerHTML" not in script


async def test_people_are_listed_with_kind_and_groups(stage: Stage) -> None:
    people = {one["id"]: one for one in (await stage.get("/people"))["people"]}
    kinds = {key: one["kind"] for key, one in people.items()}
    assert kinds["U0ONCALL"] == "member"
    assert kinds["U0GUEST"] == "guest"
    assert kinds["U0EXTERNAL"] == "external"
    assert kinds["U0GONE"] == "deactivated"
    assert kinds["U0BOT2"] == "bot"
    assert people["U0COMMANDER"]["groups"] == ["S0APPROVERS"]


async def test_a_person_sees_only_their_channels(stage: Stage) -> None:
    await stage.slack.chat_postMessage(channel="C0PRIVATE", text="secret")
    guest = await stage.get("/people/U0GUEST/events")
    assert "secret" not in [one["text"] for one in guest["messages"]]
    assert "C0PRIVATE" not in [one["id"] for one in guest["channels"]]
    lead = await stage.get("/people/U0LEAD/events")
    assert "secret" in [one["text"] for one in lead["messages"]]


@pytest.mark.parametrize(
    "path", ["/channels/C0NOWHERE/messages", "/people/U0NOBODY/view"]
)
async def test_what_does_not_exist_is_not_found(stage: Stage, path: str) -> None:
    assert (await stage.get(path))["error"] == "not_found"


async def test_a_body_that_is_no_json_is_refused(stage: Stage) -> None:
    for path in ("do", "faults"):
        async with stage.http.post(f"{stage.url}/practice/{path}", data="{") as no:
            assert (no.status, (await no.json())["error"]) == (400, "invalid_json")


async def test_a_number_that_is_none_is_refused(stage: Stage) -> None:
    answer = await stage.get("/channels/C0INCIDENTS/messages?after=soon")
    assert answer["ok"] is False
