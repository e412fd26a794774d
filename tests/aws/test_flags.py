"""A configuration of flags is read as what it is, and as nothing else."""

import io
import json
from typing import Any

import pytest

from bot.aws.flags import flags_of, in_force, newest_first, state_of, without

FLAGS = {
    "version": "1",
    "flags": {"tools": {"name": "tools"}},
    "values": {"tools": {"enabled": True, "limit": 3}, "odd": {"enabled": 1}, "no": 7},
}


def _deployment(number: int, state: str, profile: str = "abc1234") -> dict[str, Any]:
    return {
        "DeploymentNumber": number,
        "State": state,
        "ConfigurationProfileId": profile,
    }


@pytest.mark.parametrize(
    "content", [b"rubbish", b"[]", b'"values"', b"{}", b'{"values": []}', b"\xff"]
)
def test_what_is_no_configuration_of_flags_is_none(content: bytes) -> None:
    assert flags_of(content) is None
    assert state_of(None, "tools") == ""


def test_a_configuration_may_come_as_bytes_or_as_a_stream() -> None:
    raw = json.dumps(FLAGS).encode()
    assert flags_of(raw) == flags_of(io.BytesIO(raw)) == FLAGS


@pytest.mark.parametrize(
    ("flag", "state"), [("tools", "on"), ("odd", ""), ("no", ""), ("other", "")]
)
def test_a_flag_is_on_off_or_none(flag: str, state: str) -> None:
    assert state_of(FLAGS, flag) == state


def test_only_the_state_of_one_flag_is_left_out_of_what_is_compared() -> None:
    off = {**FLAGS, "values": {**FLAGS["values"], "tools": {"enabled": False}}}  # type: ignore[dict-item]
    assert without(off, "tools") != without(FLAGS, "tools")  # its limit is gone
    same = json.loads(json.dumps(FLAGS))
    same["values"]["tools"]["enabled"] = False
    assert without(same, "tools") == without(FLAGS, "tools")


def test_in_force_is_the_newest_that_reached_everybody() -> None:
    listed = [
        _deployment(1, "COMPLETE"),
        _deployment(2, "BAKING"),
        _deployment(3, "COMPLETE", "other11"),
        _deployment(4, "ROLLED_BACK"),
        _deployment(5, "DEPLOYING"),
    ]
    newest = newest_first(listed)
    assert newest[0]["DeploymentNumber"] == 5
    found = in_force(newest, "abc1234")
    assert found is not None
    assert found["DeploymentNumber"] == 2
    assert in_force(newest, "never11") is None
