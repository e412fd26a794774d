"""Which addresses an operator may name."""

import pytest

from bot.domain.addresses import complaint, is_this_machine


def test_this_machine_is_known_by_its_numbers_only() -> None:
    assert all(map(is_this_machine, ("127.0.0.1", "127.9.9.9", "::1", "localhost")))
    assert not any(map(is_this_machine, ("localhost.evil.example", "10.0.0.1", "")))


@pytest.mark.parametrize(
    "url", ["https://a.example/b?c=d", "http://127.0.0.1:9/", "http://[::1]:9/"]
)
def test_a_plain_address_is_fine(url: str) -> None:
    assert complaint(url) == ""


def test_plain_http_is_for_this_machine_unless_one_says_otherwise() -> None:
    assert complaint("http://prometheus:9090") == "it does not start with https://"
    assert complaint("http://prometheus:9090", plain=True) == ""
