"""The real local model: opened from its package, the same twice, and of some use."""

import socket
from functools import partial
from pathlib import Path

import pytest

from bot.assistant.embedding import VECTOR_BYTES, Embed, is_installed, open_embedding
from bot.assistant.nearness import Nearness
from bot.assistant.search import RunbookIndex
from bot.cli.bench_search import Bench
from tests.assistant.test_search import SHELF
from tests.core import rulings

pytestmark = [
    pytest.mark.outside,
    pytest.mark.skipif(not is_installed(), reason="the extra semantic is missing"),
]


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("something was asked for outside")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def embed(no_network: None) -> Embed:
    return open_embedding()


def test_the_same_text_has_the_same_vector_in_any_order(embed: Embed) -> None:
    texts = ["throttling", "a pod restarts", "", "\ud800 \x00", "word " * 5000]
    forward = [embed(text) for text in texts[:3]]
    again = open_embedding()
    assert [again(text) for text in reversed(texts[:3])] == forward[::-1]
    assert {len(embed(text)) for text in texts[:3] + texts[4:]} == {VECTOR_BYTES}


def test_what_means_the_same_is_found_without_a_word_in_common(embed: Embed) -> None:
    found = RunbookIndex(SHELF, nearness=partial(Nearness, opened=lambda: embed))
    hits = found.search("the model gateway rejects requests, spend limit", 5, floor=0)
    assert "cost" in [hit.id for hit in hits]
    assert all(0 <= hit.near <= 1 for hit in hits)


@pytest.mark.filterwarnings("default")
def test_our_own_runbooks_are_found_better_than_by_plain_bm25(
    no_network: None,
    tmp_path: Path,
) -> None:
    nearby = partial(Nearness, kept_at=tmp_path / "vectors.db")
    bench = Bench(rulings=rulings(), folder=None, nearby=nearby)
    figures = bench.accuracy()
    first = "right one first"
    assert figures[f"words and meaning: {first}"] >= figures[f"words: {first}"]
    assert figures[f"words: {first}"] >= figures[f"plain BM25: {first}"]
