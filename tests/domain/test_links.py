"""Addresses of strangers become links only where the operator named their host."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.links import LinkHosts

HOSTS = LinkHosts.of([" Grafana.example ", "*.corp.example", ""])


@pytest.mark.parametrize(
    "address",
    [
        "https://grafana.example",
        "https://GRAFANA.example/d/1?orgId=1#panel",
        "https://grafana.example:3000/d/1",
        "https://a.b.corp.example/x",
    ],
)
def test_a_named_host_may_be_linked(address: str) -> None:
    assert HOSTS.allows(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "grafana.example",
        "http://grafana.example/",
        "javascript:alert(1)//grafana.example",
        "data:text/html,x",
        "//grafana.example/x",
        "https://corp.example/",
        "https://evilcorp.example/",
        "https://grafana.example.evil.example/",
        "https://grafana.example@evil.example/",
        "https://evil.example@grafana.example/",
        "https://evil.example/https://grafana.example",
        "https://evil.example\\@grafana.example/",
        "https://grafana.example\\.evil.example/",
        "https://grafana.example/\u202e",
        "https://gr\u0430fana.example/",
        "https://grafana.example/a b",
        'https://grafana.example/"onclick="x',
        "https://grafana.example:99999999/",
        "https://[grafana.example/",
        "https://grafana.example/" + "x" * 3000,
    ],
)
def test_what_leads_elsewhere_or_reads_oddly_may_not(address: str) -> None:
    assert not HOSTS.allows(address)


def test_by_default_nothing_may_be_linked() -> None:
    assert not LinkHosts().allows("https://console.aws.amazon.com/")


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_text_raises(text: str) -> None:
    assert LinkHosts().allows(f"https://{text}") is False
