"""Signatures are those of RFC 9421: its own examples come out to the byte.

Sources: RFC 9421 appendices B.1.4, B.1.5, B.2.5 and B.2.6; RFC 9530 appendix A.
"""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from bot.gateways.message_signature import (
    content_digest,
    ed25519_signer,
    hmac_signer,
    signature_base,
    signed,
)

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
_SHARED = (
    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsas"
    "jlTMtDQ=="
)
_EDGE = "PRIVATE KEY-----"
_PEM = f"-----BEGIN {_EDGE}\n{{}}\n-----END {_EDGE}\n".format(
    "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF"
)
_DATE = "Tue, 20 Apr 2021 02:07:55 GMT"


def test_the_example_with_a_shared_secret_comes_out() -> None:
    components = {
        "date": _DATE,
        "@authority": "example.com",
        "content-type": "application/json",
    }
    params = (
        '("date" "@authority" "content-type")'
        ';created=1618884473;keyid="test-shared-secret"'
    )
    signer = hmac_signer("test-shared-secret", base64.b64decode(_SHARED))
    found = base64.b64encode(signer.sign(signature_base(components, params))).decode()
    assert found == "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8="


def test_the_example_with_a_private_key_comes_out() -> None:
    components = {
        "date": _DATE,
        "@method": "POST",
        "@path": "/foo",
        "@authority": "example.com",
        "content-type": "application/json",
        "content-length": "18",
    }
    params = (
        '("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"'
    )
    signer = ed25519_signer("test-key-ed25519", _PEM.encode())
    found = base64.b64encode(signer.sign(signature_base(components, params))).decode()
    assert found == (
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5W"
        "PpBKRCw=="
    )


def test_the_example_of_a_digest_comes_out() -> None:
    assert content_digest(b'{"hello": "world"}') == (
        "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
    )


def test_a_signature_says_when_it_was_made_and_until_when_it_holds() -> None:
    fields = signed(
        hmac_signer("tocsin", b"s" * 32),
        {"@method": "POST"},
        created=AT,
        expires=AT + timedelta(minutes=5),
    )
    assert fields["Signature-Input"] == (
        'tocsin=("@method");created=1777896000;expires=1777896300'
        ';keyid="tocsin";alg="hmac-sha256"'
    )


def test_a_value_with_two_lines_is_not_signed() -> None:
    with pytest.raises(ValueError, match="not printable"):
        signature_base({"tocsin-plan": 'pl_1\n"@method": GET'}, "()")


def test_what_is_no_private_key_signs_nothing() -> None:
    with pytest.raises((TypeError, ValueError)):
        ed25519_signer("k", b"nothing")
