"""Sealing, links and proofs: what is derived from a key and what is not."""

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadRequest, BadSettings, Tampered
from bot.sharing import proof, seal
from bot.sharing.seal import Link, read_link
from tests.spec import NOON

KEY = seal.new_key()


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 131072])
def test_what_was_sealed_comes_back(size: int) -> None:
    assert seal.unseal(seal.seal(b"a" * size, key=KEY), key=KEY) == b"a" * size


@pytest.mark.parametrize("at", [0, 40, 100, 170, 250, -1])
def test_one_changed_byte_opens_nothing(at: int) -> None:
    sealed = bytearray(seal.seal(b"evidence" * 20, key=KEY))
    sealed[at] ^= 1
    with pytest.raises(Tampered):
        seal.unseal(bytes(sealed), key=KEY)


def test_another_key_opens_nothing() -> None:
    sealed = seal.seal(b"x", key=KEY)
    for key in (seal.new_key(), "", "AGE-SECRET-KEY-1X", KEY[:-1]):
        with pytest.raises(Tampered):
            seal.unseal(sealed, key=key)


def test_a_recipient_that_is_none_is_refused_at_the_start() -> None:
    with pytest.raises(BadSettings, match="share_recipient"):
        seal.read_recipient("ssh-ed25519 AAAA")


@pytest.mark.parametrize("base", ["https://t.example.org", "http://h:1/under/path"])
def test_a_link_is_read_as_it_was_written(base: str) -> None:
    link = Link(base_url=base, share="sh_1", ticket="t" * 22, key=KEY)
    assert read_link(link.text()) == link
    assert read_link(f"  {link.text()}\n") == link


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "https://h/d/sh_1",
        "https://h/d/sh_1#t",
        "https://h/d/sh_1#.k",
        "https://h/d/#t.k",
        "https://h/e/sh_1#t.k",
        "file:///d/sh_1#t.k",
        "javascript:alert(1)/d/sh_1#t.k",
    ],
)
def test_what_is_no_link_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(BadRequest) as no:
        read_link(url)
    assert not url or url not in str(no.value)


@given(st.one_of(st.text(), st.text().map("http://[{}/d/x#t.k".format)))
def test_no_text_breaks_the_reader_of_links(text: str) -> None:
    with contextlib.suppress(BadRequest):
        read_link(text)


def test_a_link_does_not_print_its_secrets() -> None:
    shown = repr(Link(base_url="https://h", share="sh_1", ticket="tttt", key=KEY))
    assert "tttt" not in shown
    assert KEY not in shown


def test_what_the_server_keeps_is_not_the_key() -> None:
    assert len(proof.auth_key(KEY)) == 32
    assert proof.auth_key(KEY).hex() not in KEY
    with pytest.raises(Tampered):
        seal.unseal(seal.seal(b"x", key=KEY), key=proof.auth_key(KEY).hex())


def test_tickets_of_one_key_differ_and_have_128_bits() -> None:
    made = {proof.ticket_secret(KEY, f"tk_{n}") for n in range(100)}
    assert len(made) == 100
    assert {len(one) for one in made} == {22}
    assert proof.ticket_secret(seal.new_key(), "tk_1") not in made


@pytest.mark.parametrize("changed", ["share", "ticket", "nonce"])
def test_a_proof_holds_for_one_claim_only(changed: str) -> None:
    auth, said = proof.auth_key(KEY), {"share": "a", "ticket": "b", "nonce": "c"}
    shown = proof.proof_of(auth, **said)
    assert proof.is_proof(auth, shown, **said)
    assert not proof.is_proof(auth, shown, **{**said, changed: "x"})
    assert not proof.is_proof(b"x" * 32, shown, **said)


@given(st.text())
def test_no_text_is_a_proof(text: str) -> None:
    auth = proof.auth_key(KEY)
    assert not proof.is_proof(auth, text, share="a", ticket="b", nonce="c")


def test_a_nonce_is_good_for_two_minutes() -> None:
    nonces = proof.Nonces(b"n" * 32)
    made = nonces.new(NOON)
    assert nonces.is_good(made, NOON)
    assert nonces.is_good(made, NOON + timedelta(seconds=119))
    assert not nonces.is_good(made, NOON + timedelta(seconds=120))
    assert not nonces.is_good(made, NOON - timedelta(seconds=1))
    assert not proof.Nonces(b"m" * 32).is_good(made, NOON)


@given(st.text())
def test_no_text_is_a_nonce(text: str) -> None:
    assert not proof.Nonces(b"n" * 32).is_good(text, NOON)
