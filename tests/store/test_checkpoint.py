"""Signed heads are C2SP signed notes, and only the right key makes one."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.domain.errors import BadRequest, Tampered
from bot.ports import TreeHead
from bot.store.checkpoint import parse_note, parse_vkey, sign_note, verify_note, vkey

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
ORIGIN = "tocsin/0123456789abcdef"
HEAD = TreeHead(1204, hashlib.sha256(b"root").digest())


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def note_by(key: Ed25519PrivateKey, *, origin: str = ORIGIN) -> str:
    return sign_note(origin, HEAD, sign=key.sign, public_key=public(key))


NOTE = note_by(KEY)
VKEY = vkey(ORIGIN, public(KEY))


def test_a_note_has_the_lines_of_a_checkpoint() -> None:
    lines = NOTE.split("\n")
    assert lines[:4] == [
        *(ORIGIN, "1204", base64.b64encode(HEAD.root).decode()),
        "",
    ]
    assert lines[4].startswith(f"— {ORIGIN} ")
    assert lines[5:] == [""]


def test_the_key_id_is_the_documented_hash() -> None:
    # The name, a newline, the byte 1 for Ed25519, the key: c2sp.org/signed-note.
    text = ORIGIN.encode() + b"\n\x01" + public(KEY)
    known = hashlib.sha256(text).digest()[:4]
    signature = base64.b64decode(NOTE.split(" ")[-1])
    assert signature[:4] == known
    assert VKEY.split("+")[1] == known.hex()


def test_a_verifier_key_of_the_go_documentation_is_read() -> None:
    # The example key of golang.org/x/mod/sumdb/note.
    example = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    name, key = parse_vkey(example)
    assert (name, len(key), vkey(name, key)) == ("PeterNeumann", 32, example)


def test_what_was_signed_is_verified() -> None:
    checkpoint = verify_note(NOTE, VKEY)
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (
        *(ORIGIN, 1204),
        HEAD.root,
    )


def test_a_cosignature_of_a_stranger_does_not_matter() -> None:
    stranger = note_by(OTHER, origin="witness.example").split("\n\n")[1]
    assert verify_note(NOTE + stranger, VKEY).size == 1204


def test_extension_lines_are_signed_with_the_rest() -> None:
    text = parse_note(NOTE).text + "extension\n"
    signed = base64.b64decode(NOTE.split(" ")[-1])[:4] + KEY.sign(text.encode())
    line = f"— {ORIGIN} {base64.b64encode(signed).decode()}\n"
    assert verify_note(f"{text}\n{line}", VKEY).root == HEAD.root


@pytest.mark.parametrize(
    ("note", "because"),
    [
        (NOTE.replace("1204", "1203"), "its signature does not fit its text"),
        (note_by(OTHER), "it is signed by another key"),
        (note_by(KEY, origin="tocsin/other"), "it is of 'tocsin/other', the key is "),
        (NOTE.replace("1204", "01204"), "its size or its root cannot be read"),
        (NOTE.replace("1204", "-1"), "its size or its root cannot be read"),
        (
            NOTE.replace("1204", "\N{ARABIC-INDIC DIGIT ONE}"),
            "its size or its root cannot be read",
        ),
        (NOTE.replace("=\n\n", "\n\n"), "its size or its root cannot be read"),
        (NOTE.replace("\n\n", "\n"), "it does not have the lines of a checkpoint"),
        (NOTE.rstrip("\n"), "its signature lines cannot be read"),
        (NOTE.replace("—", "-"), "its signature lines cannot be read"),
        (NOTE.split("—")[0], "its signature lines cannot be read"),
        ("", "it does not have the lines of a checkpoint"),
    ],
)
def test_a_note_that_was_touched_is_not_trusted(note: str, because: str) -> None:
    with pytest.raises(Tampered) as refused:
        verify_note(note, VKEY)
    assert str(refused.value).startswith(f"The checkpoint cannot be trusted: {because}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tocsin/1",
        VKEY.replace("tocsin", "toscin"),
        VKEY[:-4] + "AAA=",
        "n+00000000+!",
        vkey(ORIGIN, b"too short"),
    ],
)
def test_a_mistyped_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="The verifier key was not used"):
        parse_vkey(text)
