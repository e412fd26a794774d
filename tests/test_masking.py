"""What an alert holds after masking: nothing that was taken out of it elsewhere."""

from collections.abc import Mapping, Sequence

import pytest

from bot.domain.envelope import Entity, EntityKind, Envelope
from bot.domain.untrusted import Untrusted
from bot.masking import Masking
from tests.core import rulings

KEY = "gh" + "p_" + "aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0zaB3dE"
PASSWORD = "hun" + "ter-22-and-more"


def clean(
    title: str = "a title",
    dedup: str = "d",
    *,
    texts: Mapping[str, str] | None = None,
    entities: Sequence[Entity] = (),
) -> Envelope:
    made = Envelope(
        source="webhook",
        dedup_key=dedup,
        title=Untrusted(title),
        texts={path: Untrusted(text) for path, text in (texts or {}).items()},
        entities=tuple(entities),
    )
    return Masking(rulings().redactor).clean(made)[0]


def test_a_value_that_is_known_by_its_field_is_taken_out_of_the_title_too() -> None:
    found = clean(f"it says {PASSWORD}", texts={"password": PASSWORD})
    assert PASSWORD not in found.title.for_redaction()
    assert "it says \u2039" in found.title.for_redaction()


def test_a_value_that_is_known_by_its_field_is_taken_out_of_ids_too() -> None:
    user = Entity(EntityKind.PRINCIPAL, PASSWORD)
    found = clean(dedup=PASSWORD, texts={"password": PASSWORD}, entities=[user])
    assert PASSWORD not in found.dedup_key + found.entities[0].id


@pytest.mark.parametrize(
    "cut",
    [
        f"a key {KEY[:20]}\u2026",
        f"a key {KEY[:20]}\u2026: and more",
        "SSN 078-05-11\u2026",
        f"x{'q' * 20}\u2026",
    ],
)
def test_half_a_value_goes_with_the_rest_of_it(cut: str) -> None:
    shown = clean(cut).title.for_redaction()
    assert "aB3dE6" not in shown
    assert "078" not in shown
    assert "qqqq" not in shown
    assert "\u2026" in shown


def test_the_words_before_a_cut_stay() -> None:
    assert clean("Latency of the model is hi\u2026").title.for_redaction() == (
        "Latency of the model is hi\u2026"
    )


def test_ids_with_a_value_in_them_stay_equal_and_different() -> None:
    one, same, other = (
        clean(dedup=f"limit of {mail}").dedup_key
        for mail in ("mira@example.org", "mira@example.org", "noor@example.org")
    )
    assert one == same != other
    assert "mira" not in one
    assert one.startswith("limit of \u2039email:")


def test_a_field_is_named_by_what_is_left_of_its_name() -> None:
    found = clean(texts={f"labels.{KEY}": "x", "labels.mira@example.org": "y"})
    assert len(found.texts) == 2
    assert KEY not in str(list(found.texts))
    assert "mira" not in str(list(found.texts))


def test_an_id_that_was_cut_is_told_apart_without_being_shown() -> None:
    cut = Entity(EntityKind.KEY, "eyJhbGciOiJIUzI1NiJ9" * 9 + "\u2026")
    (found,) = clean(entities=[cut]).entities
    assert "eyJ" not in found.id
    assert len(found.id) > 30


def test_many_long_words_before_ellipses_are_read_once_each() -> None:
    # Would take minutes if each place were read to its end again.
    shown = clean(texts={"log": ("a" * 500_000) + " b\u2026"}).texts["log"]
    assert shown.for_redaction().endswith("b\u2026")
