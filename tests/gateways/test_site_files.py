"""A site's action is loaded only as signed, and only where it holds together."""

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.domain.errors import BadSettings
from bot.gate.catalogue import load_actions, with_site
from bot.gateways.site_files import parsed, secrets_in, site_actions, site_keys
from tests.gateways.site import FILES, KEY, LIMIT, OFF, PUBLIC, loaded, written

ANOTHER = Ed25519PrivateKey.from_private_bytes(b"x" * 32)


def refusal(folder: Path, *keys: str) -> BadSettings:
    with pytest.raises(BadSettings) as refused:
        site_actions(folder, keys or (PUBLIC,))
    return refused.value


def test_signed_actions_are_loaded_and_stand_beside_the_shipped_ones(
    tmp_path: Path,
) -> None:
    found = with_site(load_actions(), loaded(tmp_path))
    assert {"http.flags.off", "http.flags.on", "litellm.key.block"} <= set(found)


def test_without_a_folder_there_are_none() -> None:
    assert site_actions(None, ()) == ()


def test_a_file_without_a_signature_stops_the_start(tmp_path: Path) -> None:
    written(tmp_path, FILES)
    (tmp_path / "more.yaml").write_text(OFF.replace("off", "away"), "utf-8")
    refused = refusal(tmp_path)
    assert refused.what == "more.yaml was not loaded"
    assert refused.because == "it is not signed: more.yaml.sig lacks"


def test_a_file_that_was_changed_stops_the_start(tmp_path: Path) -> None:
    written(tmp_path, FILES)
    (tmp_path / "off.yaml").write_text(OFF + "\n", "utf-8")
    refused = refusal(tmp_path)
    assert refused.what == "off.yaml was not loaded"
    assert "the file was changed" in refused.because


@pytest.mark.parametrize("keys", [(), (PUBLIC,)])
def test_a_signature_of_somebody_else_is_none(
    tmp_path: Path, keys: tuple[str, ...]
) -> None:
    written(tmp_path, FILES, key=ANOTHER)
    with pytest.raises(BadSettings, match=r"none of gate\.http_keys"):
        site_actions(tmp_path, keys)


def test_a_signature_of_the_bytes_alone_is_none(tmp_path: Path) -> None:
    written(tmp_path, {"off.yaml": OFF})
    bare = base64.b64encode(KEY.sign(OFF.encode())).decode()
    (tmp_path / "off.yaml.sig").write_text(bare, "ascii")
    assert "its signature is of none" in refusal(tmp_path).because


@pytest.mark.parametrize("text", ["", "!!", "AAAA", "é"])
def test_what_is_no_signature_is_none(tmp_path: Path, text: str) -> None:
    written(tmp_path, {"off.yaml": OFF})
    (tmp_path / "off.yaml.sig").write_text(text, "utf-8")
    refusal(tmp_path)


@pytest.mark.parametrize("name", ["off.yml", "off.json"])
def test_a_file_that_looks_like_one_is_not_passed_over(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text(OFF, "utf-8")
    assert refusal(tmp_path).what == f"{name} was not loaded"


def test_what_is_no_key_believes_nobody(tmp_path: Path) -> None:
    written(tmp_path, FILES)
    assert "what is no key" in refusal(tmp_path, "AAAA").because


def test_a_file_of_any_size_is_not_read_whole(tmp_path: Path) -> None:
    written(tmp_path, {"off.yaml": OFF + "#" * 65_536})
    assert refusal(tmp_path).because == "it is over 64 KiB"


def changed(text: str, **changes: Any) -> bytes:
    """Return a file with values set by path, ``write__path``; None takes one away."""
    value = yaml.safe_load(text)
    for path, to in changes.items():
        *inner, last = path.split("__")
        at = value
        for key in inner:
            at = at[key]
        if to is None:
            del at[last]
        else:
            at[last] = to
    return yaml.safe_dump(value).encode()


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"more": 1}, "more: extra inputs are not permitted"),
    ({"name": "aws.iam.mine"}, "name: string should match pattern"),
    ({"host": "http://flags.example.org"}, "it does not start with https://"),
    ({"host": "https://{flag}.example.org"}, "host must be https://name"),
    ({"host": "https://flags.example.org/v1"}, "host must be https://name"),
    ({"host": "https://flags.exämple.org"}, "host must be https://name"),
    ({"host": "https://me@flags.example.org"}, "it holds a user or a password"),
    ({"write__path": "/v1/{other}"}, "write.path names {other}"),
    ({"write__path": "/v1/{flag!r}"}, "write.path has braces"),
    ({"write__path": "v1/{flag}"}, "write.path: string should match"),
    ({"write__path": "/v1/{flag}?x=1"}, "write.path: string should match"),
    ({"write__method": "GET"}, "write.method"),
    ({"write__done": [302]}, "write.done.0"),
    ({"write__body": {"{flag}": 1}}, "write.body has braces"),
    ({"write__body": {"$number": "other"}}, "write.body names {other}"),
    ({"write__token": "flags-read"}, "must not share a token"),
    ({"write__token": "../key"}, "write.token"),
    ({"words": {"flags.flag.enabled": "{flag.__class__}"}}, "words has braces"),
    ({"blast": "{flag[0]}"}, "blast has braces"),
    ({"read__path": "/v1/flags"}, "read names no parameter"),
    ({"read__facts": {"flags.flag.enabled": "flag"}}, "read.facts"),
    ({"read__keep": ["/"]}, "read.keep.0"),
    ({"wanted": {"flags.flag.other": "1"}}, "wanted names flags.flag.other"),
    ({"wanted": {"flags.flag.enabled": False}}, "input should be a valid string"),
    ({"usual": {}}, "usual must name what wanted names"),
    ({"target": "else"}, "target is no parameter"),
    ({"level": {"sandbox": "T3"}}, "level must be given by stage"),
    ({"rollback": ""}, "either a rollback or a reason"),
    ({"irreversible_because": "no"}, "either a rollback or a reason"),
    ({"restores": {"flag": "flags.flag.nothing"}}, "restores must lead"),
    ({"params__flag__pattern": ".*"}, "flag needs an enum or a pattern from ^ to $"),
    ({"params__flag__maxLength": 9999}, "flag needs a maxLength"),
    ({"signature": None}, "signature: field required"),
    ({"signature__algorithm": "none"}, "signature.algorithm"),
    ({"signature__secret": "../../etc/passwd"}, "signature.secret"),
]


@pytest.mark.parametrize(("changes", "because"), REFUSED)
def test_what_does_not_hold_together_is_not_loaded(
    changes: dict[str, Any], because: str
) -> None:
    with pytest.raises(BadSettings) as refused:
        parsed("off.yaml", changed(OFF, **changes))
    assert because in refused.value.because


def test_a_way_back_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    found = loaded(tmp_path, {"off.yaml": OFF})
    with pytest.raises(BadSettings, match=r"there is no http\.flags\.on"):
        with_site(load_actions(), found)


def test_two_files_may_not_be_the_same_action(tmp_path: Path) -> None:
    found = loaded(tmp_path, {"a.yaml": LIMIT, "b.yaml": LIMIT})
    with pytest.raises(BadSettings, match="the name is taken"):
        with_site(load_actions(), found)


def test_a_secret_is_a_file_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "flags-read").write_text("abc\n", "utf-8")
    find = secrets_in(tmp_path)
    assert find("flags-read") == "abc"
    with pytest.raises(BadSettings, match="no such file"):
        find("flags-act")
    with pytest.raises(BadSettings, match="http_secrets is not set"):
        secrets_in(None)("flags-read")


SHORT = {"flags-hmac": "short", "flags-read": "r", "flags-act": "a"}
SAME = {"flags-hmac": "s" * 32, "flags-read": "same", "flags-act": "same"}


@pytest.mark.parametrize(
    ("secrets", "because"),
    [(SHORT, "is shorter than 32 bytes"), (SAME, "are the same token")],
)
def test_secrets_that_protect_nothing_stop_the_start(
    tmp_path: Path, secrets: dict[str, str], because: str
) -> None:
    action = loaded(tmp_path, {"off.yaml": OFF})[0]
    with pytest.raises(BadSettings, match=because) as refused:
        site_keys(action, secrets.__getitem__)
    assert "same" not in refused.value.because.replace("the same token", "")


def test_the_example_of_the_guide_can_be_used() -> None:
    guide = Path(__file__).parents[2] / "docs" / "guides" / "http-actions.md"
    text = guide.read_text("utf-8").partition("```yaml\n")[2].partition("```")[0]
    assert parsed("off.yaml", text.encode()).name == "http.flags.off"
