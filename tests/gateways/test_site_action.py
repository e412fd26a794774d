"""A parameter never becomes structure, and a request is signed whole."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.action_effects import Outcome
from bot.domain.errors import BadRequest, OutcomeUnknown, Unreachable
from bot.gateways.http_door import HttpDoor
from bot.gateways.placing import as_fact, at_pointer, in_body, in_path
from bot.gateways.site_action import SiteAction
from bot.ports.send import Request
from tests.actions.promises import ran
from tests.cloud import APPROVERS, plan_of
from tests.fakes.clock import FakeClock
from tests.fakes.flag_service import ACT_TOKEN, READ_TOKEN, FlagService, unsigned
from tests.gateways.site import FILES, OFF, door, loaded
from tests.searching import examples


class Place:
    def __init__(self, actions: tuple[SiteAction, ...]) -> None:
        self.clock = FakeClock()
        self.service = FlagService(clock=self.clock)
        self.actions = {one.MANIFEST.name: one for one in actions}
        self.off = self.actions["http.flags.off"]

    @property
    def door(self) -> HttpDoor:
        return door(tuple(self.actions.values()), self.service, self.clock)

    def draft(self, action: SiteAction, **params: str) -> Any:
        return action.plan(params, reader=self.door.reader())

    def ran(self, action: SiteAction, draft: Any) -> Any:
        session = self.door.for_plan(plan_of(draft), action, APPROVERS)
        return ran(action, draft, session)


@pytest.fixture(scope="module")
def actions(tmp_path_factory: pytest.TempPathFactory) -> tuple[SiteAction, ...]:
    return loaded(tmp_path_factory.mktemp("actions"))


@pytest.fixture
def place(actions: tuple[SiteAction, ...]) -> Place:
    return Place(actions)


def test_a_plan_shows_the_whole_request(place: Place) -> None:
    flag = place.service.flag()
    (step,) = place.draft(place.off, flag=flag).steps
    shown = dict(step.params)
    assert step.call == "http.Post"
    assert shown["request"] == f"POST https://flags.example.org/v1/flags/{flag}/off"
    assert shown["body"] == f'{{"why":"an incident with {flag}"}}'
    assert shown["template"] == place.off.DIGEST


def test_a_write_is_signed_and_a_read_shows_only_its_own_token(place: Place) -> None:
    draft = place.draft(place.off, flag=place.service.flag())
    _, read = place.service.requests[-1]
    assert read["Authorization"] == f"Bearer {READ_TOKEN}"
    assert "Signature" not in read
    assert place.ran(place.off, draft).outcome is Outcome.OK
    request, headers = place.service.requests[-1]
    assert headers["Authorization"] == f"Bearer {ACT_TOKEN}"
    assert unsigned(request, headers, now=place.clock.now().timestamp()) == ""


@pytest.mark.parametrize(
    "forged",
    [
        {"url": "https://flags.example.org/v1/flags/another/off"},
        {"method": "PUT"},
        {"body": b'{"why":"else"}'},
    ],
)
def test_a_signature_is_for_one_request_alone(
    place: Place, forged: dict[str, Any]
) -> None:
    place.ran(place.off, place.draft(place.off, flag=place.service.flag()))
    request, headers = place.service.requests[-1]
    now = place.clock.now().timestamp()
    assert unsigned(replace(request, **forged), headers, now=now)
    assert unsigned(request, {**headers, "Tocsin-Plan": "pl_2"}, now=now)
    assert unsigned(request, {**headers, "Idempotency-Key": "2"}, now=now)
    assert unsigned(request, headers, now=now + 301) == "too old"


def test_a_plan_of_an_older_file_does_nothing(place: Place, tmp_path: Path) -> None:
    draft = place.draft(place.off, flag=place.service.flag())
    newer = {**FILES, "off.yaml": OFF.replace("an incident", "our incident")}
    place.actions = {one.MANIFEST.name: one for one in loaded(tmp_path, newer)}
    changed = place.actions["http.flags.off"]
    with pytest.raises(BadRequest, match="not the one that the plan was made with"):
        place.door.for_plan(plan_of(draft), changed, APPROVERS)
    assert all(one.method == "GET" for one, _ in place.service.requests)


def test_a_limit_goes_back_to_what_stood_there(place: Place) -> None:
    action = place.actions["http.flags.limit"]
    flag = place.service.flag(limit=77)
    draft = place.draft(action, flag=flag, limit="5")
    assert place.ran(action, draft).outcome is Outcome.OK
    assert place.service.flags[flag]["limit"] == 5
    assert action.rollback(draft) == {"flag": flag, "limit": "77"}


@pytest.mark.parametrize("value", ["..", ".", "a/../b", "../admin"])
def test_a_parameter_does_not_lead_elsewhere(place: Place, value: str) -> None:
    with pytest.raises(BadRequest, match="would lead to another place"):
        place.draft(place.off, flag=value)
    assert place.service.requests == []


def test_what_broke_off_may_have_happened_and_what_was_not_sent_did_not(
    place: Place,
) -> None:
    def lost(request: Request) -> Any:
        raise OutcomeUnknown("x", because=f"{request.method} broke", next_move="x")

    def never(request: Request) -> Any:
        raise Unreachable("x", because=f"no {request.method}", next_move="x")

    for fault, outcome in ((lost, Outcome.UNKNOWN), (never, Outcome.FAILED)):
        place.service.faults.append(fault)
        draft = place.draft(place.off, flag=place.service.flag())
        assert place.ran(place.off, draft).outcome is outcome


@pytest.mark.parametrize("value", ["a\nb", "a\u200bb", "\ud800"])
def test_what_nobody_can_see_is_not_sent(place: Place, value: str) -> None:
    with pytest.raises(BadRequest, match="that cannot be seen"):
        place.off.request("", "http.Get", {"flag": value})


def test_the_keys_do_not_show(place: Place) -> None:
    assert ACT_TOKEN not in repr(place.door.keys["http.flags.off"])


@settings(max_examples=examples(0.1))
@given(st.text(min_size=1, max_size=30))
def test_whatever_is_typed_stays_one_part_of_a_path(value: str) -> None:
    try:
        path = in_path("/v1/{flag}/off", {"flag": value})
    except (BadRequest, UnicodeEncodeError):
        return
    assert path.count("/") == 3
    assert not set(path) & set("?#\\ \r\n")


@settings(max_examples=examples(0.1))
@given(st.text(max_size=30))
def test_whatever_is_typed_stays_one_value_of_a_body(value: str) -> None:
    body = in_body({"a": ["{x}", {"b": "{x}!"}], "c": True}, {"x": value})
    assert body == {"a": [value, {"b": f"{value}!"}], "c": True}


@pytest.mark.parametrize("text", ["", "1e3", "0x1", "NaN", "Infinity", "1 ", "-1"])
def test_a_number_of_a_body_is_one(text: str) -> None:
    with pytest.raises(BadRequest):
        in_body({"$number": "x"}, {"x": text})


def test_a_pointer_leads_to_one_value() -> None:
    value = {"a": [{"b/c": 1, "d~e": None}], "t": True}
    assert as_fact(at_pointer(value, "/a/0/b~1c"), "") == "1"
    assert as_fact(at_pointer(value, "/a/0/d~0e"), "") == "null"
    assert as_fact(at_pointer(value, "/t"), "") == "true"
    for pointer in ("/a/1", "/b", "/a/0/b", "/t/x"):
        with pytest.raises(Unreachable, match="nothing at"):
            at_pointer(value, pointer)


@pytest.mark.parametrize("value", [{}, [], "x" * 201])
def test_what_a_card_cannot_show_is_no_fact(value: Any) -> None:
    with pytest.raises(Unreachable):
        as_fact(value, "/a")
