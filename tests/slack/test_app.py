"""Signed payloads through Bolt to commands: every verb, button and form.

The service is a fake with the real rules; Slack is a very small one on loopback.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from starlette.applications import Starlette

from bot.domain.commands import (
    Acknowledge,
    Assign,
    FinishStep,
    JudgeSuggestion,
    JudgeText,
    Move,
    Note,
    PersonCommand,
    PersonKind,
    Reopen,
    ReopenStep,
    Rerank,
    Resolve,
    Snooze,
    StartChecklist,
    TakeStep,
    Wake,
)
from bot.domain.errors import BadSettings
from bot.domain.events import CommandRefused, Phase, Role
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted
from bot.ports import Lane
from bot.slack.room import SlackRoom
from bot.slack.room_parts import quieten
from bot.slack.room_settings import SlackSettings
from tests.fakes.service import FakeService
from tests.fakes.slack import FakeSlack
from tests.slack import payloads
from tests.slack.payloads import SECRET, Json, signed
from tests.slack.validity import assert_slack_valid, assert_text_safe, assert_view_valid

pytestmark = pytest.mark.slow
TOKEN = "xox" + "b-of-a-fake-workspace"


class Stage:
    """The Slack room between a fake Slack and a fake service."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.service = FakeService()
        settings = SlackSettings(
            bot_token=TOKEN, signing_secrets=(SECRET,), api_url=slack.url
        )
        self.room = SlackRoom(service=self.service, settings=settings)

    async def send(self, payload: Json) -> BoltResponse:
        """Deliver a payload and return what Slack is answered."""
        request = signed(payload, self.service.clock)
        return await self.room.bolt.async_dispatch(request)

    async def do(self, payload: Json) -> list[PersonCommand]:
        """Deliver a payload, let the inbox be read, return the commands."""
        answer = await self.send(payload)
        assert (answer.status, answer.body) == (200, "")
        before = len(self.service.commands)
        await self.room.worker.step()
        return self.service.commands[before:]

    def whispers(self) -> list[str]:
        """Return what was said to single people, in order."""
        rows = self.service.store.outbox.rows.values()
        return [row.text for row in rows if row.kind == "whisper"]

    def kept(self) -> dict[str, int]:
        """Return how many requests are in each state."""
        return dict(self.service.store.inbox.counts(Lane.SLACK))


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with FakeSlack().standing() as slack:
        made = Stage(slack)
        made.service.open()
        yield made


def _shape(  # noqa: C901, PLR0912 - one case per command
    command: PersonCommand,
) -> tuple[Any, ...]:
    """Return a command without who asked, so that tests read well."""
    match command:
        case Acknowledge() | Reopen():
            return (type(command),)
        case Assign(role=role, to=to):
            return Assign, role, to.id, to.kind
        case Note(text=text, message=message):
            return Note, text, message
        case Move(phase=phase):
            return Move, phase
        case Rerank(severity=severity, reason=reason):
            return Rerank, severity, reason
        case TakeStep(runbook=runbook, step=step):
            return TakeStep, runbook, step
        case FinishStep():
            return FinishStep, command.runbook, command.step, command.skipped
        case ReopenStep():
            return ReopenStep, command.runbook, command.step, command.was
        case StartChecklist(runbook=runbook):
            return StartChecklist, runbook
        case Resolve(outcome=outcome, summary=summary):
            return Resolve, outcome, summary
        case Snooze(lasts=lasts, reason=reason):
            return Snooze, lasts, reason
        case Wake():
            return (Wake,)
        case JudgeSuggestion(runbook=runbook, step=step, verdict=verdict):
            return JudgeSuggestion, runbook, step, verdict, command.reason
        case JudgeText(kind=kind, which=which, vote=vote, claim=claim):
            return JudgeText, kind, which, vote, claim, command.reason


MEMBER = PersonKind.MEMBER
SAID = [
    ("ack", (Acknowledge,), "INC-0001: acknowledged. It is yours now."),
    ("ack INC-0001", (Acknowledge,), "INC-0001: acknowledged. It is yours now."),
    (
        "note the secret was rotated",
        (Note, Untrusted("the [masked] was rotated"), ""),
        "INC-0001: your note is on the timeline.",
    ),
    (
        "role commander <@U0SECOND|sam>",
        (Assign, Role.COMMANDER, "U0SECOND", MEMBER),
        "INC-0001: <@U0SECOND> is commander now.",
    ),
    (
        "snooze INC-0001 1h30m the secret comes at two",
        (Snooze, timedelta(minutes=90), Untrusted("the [masked] comes at two")),
        "INC-0001: at rest. `/incident snooze off` wakes it before its time.",
    ),
    (
        "role scribe me",
        (Assign, Role.SCRIBE, "U0ONCALL", MEMBER),
        "INC-0001: <@U0ONCALL> is scribe now.",
    ),
    (
        "severity SEV1 mail left",
        (Rerank, Severity.SEV1, Untrusted("mail left")),
        "INC-0001: the severity is SEV1 now.",
    ),
    (
        "phase mitigating",
        (Move, Phase.MITIGATING),
        "INC-0001: the response is at mitigating now.",
    ),
    (
        "step take RB-07 2",
        (TakeStep, "RB-07", 2),
        "INC-0001: step 2 of RB-07 is yours.",
    ),
    (
        "step done RB-07 2",
        (FinishStep, "RB-07", 2, False),
        "INC-0001: step 2 of RB-07 is done.",
    ),
    (
        "step skip RB-07 2 no agent",
        (FinishStep, "RB-07", 2, True),
        "INC-0001: step 2 of RB-07 is skipped.",
    ),
    (
        "step undo RB-07 2 the wrong one",
        (ReopenStep, "RB-07", 2, ""),
        (
            "Step 2 of RB-07 was left as it is: nobody has taken or marked it. "
            "Look at the checklist for how it stands."
        ),
    ),
    (
        "steps",
        (StartChecklist, ""),
        (
            "No checklist was started: no runbook is followed or suggested in this "
            "incident. Name one: `/incident steps RB-07`."
        ),
    ),
    (
        "resolve false_alarm a test",
        (Resolve, "false_alarm", Untrusted("a test")),
        "INC-0001: resolved as false alarm.",
    ),
    (
        "reopen INC-0001",
        (Reopen,),
        "INC-0001: nothing to change, it is so already.",
    ),
]


@pytest.mark.parametrize(("text", "command", "answer"), SAID)
async def test_a_typed_verb_becomes_a_command_and_is_answered(
    stage: Stage, text: str, command: tuple[Any, ...], answer: str
) -> None:
    done = await stage.do(payloads.slash(text))
    assert [_shape(one) for one in done] == [command]
    assert stage.whispers() == [answer]
    assert stage.kept() == {"done": 1}


PRESSED = [
    (payloads.click("incident.ack", "INC-0001"), (Acknowledge,)),
    (payloads.click("step.take", "INC-0001|RB-07|2"), (TakeStep, "RB-07", 2)),
    (payloads.click("step.done", "INC-0001|RB-07|2"), (FinishStep, "RB-07", 2, False)),
    (payloads.click("incident.reopen", "INC-0001"), (Reopen,)),
    (payloads.choose("mitigating|INC-0001"), (Move, Phase.MITIGATING)),
    (payloads.choose("monitoring|INC-0001"), (Move, Phase.MONITORING)),
]


@pytest.mark.parametrize(("payload", "command"), PRESSED)
async def test_a_button_becomes_a_command_and_the_card_is_the_answer(
    stage: Stage, payload: Json, command: tuple[Any, ...]
) -> None:
    assert [_shape(one) for one in await stage.do(payload)] == [command]
    assert stage.whispers() == []


def _chosen(value: str) -> Json:
    return {"type": "static_select", "selected_option": {"value": value}}


SUBMITTED = [
    ("incident.note", {"note": "x"}, (Note, Untrusted("x"), "")),
    (
        "incident.resolve",
        {"outcome": _chosen("fixed"), "summary": None},
        (Resolve, "fixed", None),
    ),
    (
        "incident.role",
        {"role": _chosen("comms"), "person": {"selected_user": "U0SECOND"}},
        (Assign, Role.COMMS, "U0SECOND", MEMBER),
    ),
    (
        "incident.severity",
        {"severity": _chosen("SEV4"), "reason": "staging"},
        (Rerank, Severity.SEV4, Untrusted("staging")),
    ),
]


@pytest.mark.parametrize(("form", "values", "command"), SUBMITTED)
async def test_a_form_becomes_a_command_and_is_answered_in_the_incident_s_channel(
    stage: Stage, form: str, values: Json, command: tuple[Any, ...]
) -> None:
    done = await stage.do(payloads.submit(form, "INC-0001", values))
    assert [_shape(one) for one in done] == [command]
    rows = stage.service.store.outbox.rows.values()
    whispers = [row for row in rows if row.kind == "whisper"]
    assert [row.channel for row in whispers] == ["C0INCIDENTS"]


async def test_a_form_with_a_blank_field_keeps_its_input_and_names_the_field(
    stage: Stage,
) -> None:
    blank = payloads.submit("incident.note", "INC-0001", {"note": "  "})
    answer = await stage.send(blank)
    said = json.loads(answer.body)
    assert said["response_action"] == "errors"
    assert set(said["errors"]) == {"note"}
    assert stage.kept() == {}


@pytest.mark.parametrize("choice", ["note", "role", "severity", "resolve"])
async def test_a_menu_choice_opens_its_form_before_the_ack(
    stage: Stage, choice: str
) -> None:
    payload = payloads.choose(f"{choice}|INC-0001")
    answer = await stage.send(payload)
    assert answer.status == 200
    (opened,) = stage.slack.calls["views.open"]
    assert opened["trigger_id"] == payload["trigger_id"]
    assert_view_valid(opened["view"])
    assert stage.kept() == {}


@pytest.mark.parametrize("fault", ["expired_trigger_id", "drop_before", "text"])
async def test_a_form_that_does_not_open_is_explained(stage: Stage, fault: str) -> None:
    stage.slack.faults["views.open"].append(fault)
    answer = await stage.send(payloads.choose("note|INC-0001"))
    assert answer.status == 200
    assert stage.whispers()[0].startswith("The form did not open")
    assert stage.slack.counts["views.open"] == 1


@pytest.mark.parametrize("text", ["", "help", "list", "status", "status INC-0001"])
async def test_what_only_reads_is_the_answer_itself(stage: Stage, text: str) -> None:
    answer = json.loads((await stage.send(payloads.slash(text))).body)
    assert answer["response_type"] == "ephemeral"
    assert_slack_valid(answer["blocks"])
    assert_text_safe(answer["text"], limit=3000)
    assert "INC-0001" in json.dumps(answer)
    assert stage.kept() == {}


async def test_a_status_has_no_button_but_the_one_to_its_page(stage: Stage) -> None:
    answer = json.loads((await stage.send(payloads.slash("status"))).body)
    rows = [block for block in answer["blocks"] if block["type"] == "actions"]
    buttons = [one["action_id"] for row in rows for one in row["elements"]]
    assert buttons == ["page.open"]


async def test_an_empty_board_says_so(stage: Stage) -> None:
    stage.service.events.clear()
    answer = json.loads((await stage.send(payloads.slash("list"))).body)
    assert answer["text"] == "No incident is open."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("status INC-0404", "there is no incident INC-0404"),
        ("acknowlege", "Did you mean `/incident ack"),
        ("severity SEV2", "there is no reason"),
    ],
)
async def test_what_cannot_be_done_is_explained_at_once(
    stage: Stage, text: str, said: str
) -> None:
    answer = json.loads((await stage.send(payloads.slash(text))).body)
    assert said in answer["text"]
    assert stage.kept() == {}


async def test_a_command_on_an_incident_that_does_not_exist_is_refused(
    stage: Stage,
) -> None:
    await stage.do(payloads.slash("ack INC-0404"))
    (said,) = stage.whispers()
    assert said.startswith("Nothing was changed: there is no such incident. ")


async def test_a_verb_without_an_id_where_nothing_is_open_is_explained(
    stage: Stage,
) -> None:
    assert await stage.do(payloads.slash("ack", channel="C0GENERAL")) == []
    assert stage.whispers()[0].startswith("Nothing was changed: no incident is open")
    assert stage.kept() == {"done": 1}


async def test_the_same_payload_twice_is_one_command(stage: Stage) -> None:
    payload = payloads.click("incident.ack", "INC-0001")
    await stage.send(payload)
    await stage.send(payload)
    await stage.room.worker.step()
    assert len(stage.service.commands) == 1


async def test_two_presses_are_two_commands_and_the_second_changes_nothing(
    stage: Stage,
) -> None:
    await stage.do(payloads.click("incident.ack", "INC-0001"))
    await stage.do(payloads.click("incident.ack", "INC-0001"))
    assert len(stage.service.commands) == 2
    assert stage.whispers() == []


@pytest.mark.parametrize(
    ("person", "because"),
    [
        ("U0GUEST", "guests may read but not change an incident"),
        ("U0ULTRA", "guests may read but not change an incident"),
        ("U0EXTERNAL", "people from another organization may not change it"),
        ("U0STRANGER", "people from another organization may not change it"),
        ("U0BOT2", "bots may not change it"),
        ("U0GONE", "the account is deactivated"),
        ("U0NOBODY", "Slack did not say who is asking"),
    ],
)
async def test_who_is_no_member_changes_nothing_and_reads_why(
    stage: Stage, person: str, because: str
) -> None:
    await stage.do(payloads.click("incident.ack", "INC-0001", person=person))
    assert stage.whispers() == [
        f"Nothing was changed: {because}. Ask a full member of this workspace to do it."
    ]
    refused = stage.service.events["INC-0001"][-1]
    assert isinstance(refused, CommandRefused)


async def test_a_guest_may_read_and_an_outsider_may_not(stage: Stage) -> None:
    guest = await stage.send(payloads.slash("list", person="U0GUEST"))
    outsider = await stage.send(payloads.slash("list", person="U0EXTERNAL"))
    assert "INC-0001" in guest.body
    assert "INC-0001" not in outsider.body


async def test_a_role_goes_to_no_guest(stage: Stage) -> None:
    await stage.do(payloads.slash("role commander <@U0GUEST|gus>"))
    assert stage.whispers()[0].startswith("<@U0GUEST> did not become commander")


async def test_a_message_is_kept_on_the_timeline_of_the_newest_incident(
    stage: Stage,
) -> None:
    done = await stage.do(payloads.keep("the &lt;secret&gt; leaked"))
    place = "C0INCIDENTS/1777896000.5"
    assert [_shape(one) for one in done] == [
        (Note, Untrusted("the <[masked]> leaked"), place)
    ]


async def test_a_message_in_a_card_s_thread_belongs_to_that_incident(
    stage: Stage,
) -> None:
    stage.service.open("INC-0002")
    outbox = stage.service.store.outbox
    outbox.sent("card/INC-0001", rev=1, ts="1777896000.1")
    await stage.do(payloads.keep("it began at noon", thread="1777896000.1"))
    assert stage.whispers() == ["INC-0001: your note is on the timeline."]


async def test_a_message_without_text_is_not_kept(stage: Stage) -> None:
    assert await stage.do(payloads.keep("  ")) == []
    assert stage.whispers()[0].startswith("Nothing was added to the timeline")


@pytest.mark.parametrize(
    "payload",
    [
        payloads.click("action.unheard", "x"),
        payloads.click("plan.approve", "INC-0001"),
    ],
)
async def test_a_button_this_version_does_not_have_is_out_of_date(
    stage: Stage, payload: Json
) -> None:
    answer = await stage.send(payload)
    assert (answer.status, answer.body) == (200, "")
    assert "this button is out of date" in stage.whispers()[0]


async def test_a_forged_value_is_out_of_date(stage: Stage) -> None:
    assert await stage.do(payloads.click("step.take", "INC-0001|RB-07|<x>")) == []
    assert "this button is out of date" in stage.whispers()[0]


async def test_a_form_this_version_does_not_have_says_so_in_its_place(
    stage: Stage,
) -> None:
    answer = await stage.send(payloads.submit("incident.unheard", "INC-0001", {}))
    said = json.loads(answer.body)
    assert said["response_action"] == "update"
    assert_view_valid(said["view"])


async def test_the_home_tab_shows_what_is_open(stage: Stage) -> None:
    answer = await stage.send(payloads.home())
    assert answer.status == 200
    (published,) = stage.slack.calls["views.publish"]
    assert published["user_id"] == "U0ONCALL"
    assert_view_valid(published["view"])
    assert "INC-0001" in json.dumps(published["view"])


async def test_an_outsider_s_home_tab_stays_as_it_is(stage: Stage) -> None:
    await stage.send(payloads.home("U0EXTERNAL"))
    assert stage.slack.counts["views.publish"] == 0


async def test_a_home_tab_that_is_not_taken_is_no_failure(stage: Stage) -> None:
    stage.slack.faults["views.publish"].append("fatal_error")
    assert (await stage.send(payloads.home())).status == 200


async def test_a_command_of_another_workspace_is_turned_away(stage: Stage) -> None:
    answer = await stage.send(payloads.slash("ack", team="T0OTHER"))
    assert "another workspace" in answer.body
    assert stage.kept() == {}


async def test_an_event_of_another_workspace_is_dropped(stage: Stage) -> None:
    answer = await stage.send(payloads.home(team="T0OTHER"))
    assert (answer.status, stage.slack.counts["views.publish"]) == (200, 0)


async def test_a_press_from_another_workspace_is_refused_by_the_rules(
    stage: Stage,
) -> None:
    press = payloads.click("incident.ack", "INC-0001", team="T0OTHER")
    await stage.do(press)
    assert "people from another organization" in stage.whispers()[0]


async def test_bolt_checks_the_signature_again(stage: Stage) -> None:
    request = signed(payloads.slash("ack"), stage.service.clock, secret="guess")  # noqa: S106
    assert (await stage.room.bolt.async_dispatch(request)).status == 401


async def test_an_unsigned_check_of_slack_s_is_turned_away_too(stage: Stage) -> None:
    request = AsyncBoltRequest(body="ssl_check=1&token=t", headers={})
    assert (await stage.room.bolt.async_dispatch(request)).status == 401


async def test_what_could_not_be_kept_is_not_acknowledged(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.service.keys = BrokenKeys()  # type: ignore[assignment]
    press = await stage.send(payloads.click("incident.ack", "INC-0001"))
    typed = await stage.send(payloads.slash("note about ada@example.com"))
    assert press.status == 500
    assert "could not keep the request" in json.loads(typed.body)["text"]
    assert "ada@example.com" not in caplog.text
    assert "hooks.slack" not in caplog.text
    assert "disk of ada" not in caplog.text + typed.body


class BrokenKeys:
    """Keys on a disk that is full."""

    def seal(self, plain: bytes, *, about: str) -> bytes:
        raise OSError("the disk of ada is full")


async def test_an_item_that_cannot_be_read_is_given_up_and_holds_nobody_up(
    stage: Stage,
) -> None:
    await stage.send(payloads.slash("note first"))
    await stage.send(payloads.slash("note second"))
    items = stage.service.store.inbox.items
    poisoned = next(iter(items.values()))
    poisoned.item = _with_sealed(poisoned.item, b"Zm9v")
    for _ in range(8):
        await stage.room.worker.step()
        stage.service.clock.go_on(200)
    assert stage.kept() == {"dead": 1, "done": 1}
    assert len(stage.service.commands) == 1


def _with_sealed(item: Any, sealed: bytes) -> Any:
    from dataclasses import replace

    return replace(item, sealed=sealed)


async def test_a_command_that_failed_is_tried_again(stage: Stage) -> None:
    stage.service.fails.append(RuntimeError("busy"))
    await stage.do(payloads.slash("ack"))
    assert stage.service.commands == []
    stage.service.clock.go_on(2)
    await stage.room.worker.step()
    assert len(stage.service.commands) == 1
    assert stage.kept() == {"done": 1}


async def test_a_token_that_slack_does_not_accept_acknowledges_nothing(
    stage: Stage,
) -> None:
    stage.slack.faults["auth.test"] += ["invalid_auth"] * 3
    answer = await stage.send(payloads.click("incident.ack", "INC-0001"))
    assert answer.status == 500
    assert stage.kept() == {}


async def test_slack_s_test_of_the_address_is_answered(stage: Stage) -> None:
    payload = {"type": "url_verification", "challenge": "abc", "token": "t"}
    request = signed(payload, stage.service.clock)
    answer = await stage.room.bolt.async_dispatch(request)
    assert (answer.status, json.loads(answer.body)) == (200, {"challenge": "abc"})


async def test_the_room_reads_and_sends_until_it_is_stopped(stage: Stage) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(stage.room.run_until(stop))
    assert (await stage.slack.called("chat.postMessage"))["channel"] == "C0INCIDENTS"
    await stage.send(payloads.slash("ack"))
    whispered = await stage.slack.called("chat.postEphemeral")
    assert whispered["text"] == "INC-0001: acknowledged. It is yours now."
    stop.set()
    async with asyncio.timeout(5):
        await running


async def test_the_room_says_what_is_wrong_with_the_channel(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    settings = SlackSettings(
        bot_token=TOKEN,
        signing_secrets=(SECRET,),
        channel="C0NOWHERE",
        api_url=stage.slack.url,
    )
    room = SlackRoom(service=stage.service, settings=settings)
    await room.look_at_channel()
    assert "cannot see channel C0NOWHERE" in caplog.text


async def test_the_mounted_room_answers_slack_and_nobody_else(stage: Stage) -> None:
    app = Starlette(routes=[stage.room.mount()])
    payload = payloads.slash("help")
    request = signed(payload, stage.service.clock)
    wanted = ("content-type", "x-slack-request-timestamp", "x-slack-signature")
    headers = [(name.encode(), request.headers[name][0].encode()) for name in wanted]
    body = request.raw_body.encode()
    status, said = await _called(app, "POST", headers, body)
    assert (status, b"/incident list" in said) == (200, True)
    assert await _called(app, "POST", [], body) == (401, b"")
    assert await _called(app, "GET", headers, b"") == (405, b"")


async def _called(
    app: Starlette, method: str, headers: list[tuple[bytes, bytes]], body: bytes
) -> tuple[int, bytes]:
    """Call an ASGI application as a web server would; return status and body."""
    scope = {
        "type": "http",
        "method": method,
        "path": "/slack/events",
        "query_string": b"",
        "headers": headers,
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


async def test_what_is_kept_cannot_be_read_on_the_disk(stage: Stage) -> None:
    await stage.send(payloads.slash("note nobody reads this"))
    (kept,) = stage.service.store.inbox.items.values()
    assert b"nobody reads this" not in kept.item.sealed


async def test_slack_s_libraries_never_log_at_debug() -> None:
    logging.getLogger("slack_bolt").setLevel(logging.DEBUG)
    quieten()
    assert logging.getLogger("slack_bolt").level == logging.INFO
    assert logging.getLogger("slack_sdk").isEnabledFor(logging.DEBUG) is False


@pytest.mark.parametrize(
    ("token", "secrets"), [("", (SECRET,)), (TOKEN, ("",)), (TOKEN, ())]
)
def test_without_a_token_or_a_secret_slack_is_not_connected(
    token: str, secrets: tuple[str, ...]
) -> None:
    settings = SlackSettings(bot_token=token, signing_secrets=secrets)
    with pytest.raises(BadSettings, match="is missing"):
        SlackRoom(service=FakeService(), settings=settings)


def test_values_that_bolt_would_take_from_the_environment_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "x")
    settings = SlackSettings(bot_token=TOKEN, signing_secrets=(SECRET,))
    with pytest.raises(BadSettings, match="SLACK_CLIENT_ID"):
        SlackRoom(service=FakeService(), settings=settings)


def test_a_token_in_the_environment_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xox" + "b-from-the-environment")
    settings = SlackSettings(bot_token=TOKEN, signing_secrets=(SECRET,))
    room = SlackRoom(service=FakeService(), settings=settings)
    assert "environment" not in str(room.bolt.client.token)


def test_settings_do_not_print_their_secrets() -> None:
    settings = SlackSettings(bot_token=TOKEN, signing_secrets=(SECRET,))
    assert TOKEN not in repr(settings)
    assert SECRET not in repr(settings)
