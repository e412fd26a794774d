"""What `bot/late_methods.py` puts off is what Python would have made at once."""

import dataclasses
import inspect
from dataclasses import FrozenInstanceError, dataclass, replace
from typing import Any

import pytest

from bot.late_methods import compile_late, late


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    name: str
    inside: "Place | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Room(Place):
    floor: int = 0


@dataclass(slots=True, kw_only=True)
class Chain:
    last: "Chain | None" = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Has no field at all."""


@dataclass(frozen=True, slots=True, order=True)
class Step:
    number: int


def test_what_is_equal_is_equal_and_hashes_alike() -> None:
    hall, same = Room(name="hall", floor=1), Room(name="hall", floor=1)
    assert hall == same
    assert hash(hall) == hash(same)
    assert {hall: 1}[same] == 1
    assert hall != replace(hall, floor=2)
    assert hall != Place(name="hall")
    assert Place(name="hall") != object()
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(())
    assert Step(1) < Step(2)


def test_it_shows_itself_as_ever_even_when_it_holds_itself() -> None:
    assert repr(Nothing()).endswith("Nothing()")
    shown = repr(Room(name="hall", inside=Place(name="house")))
    inner = "Place(name='house', inside=None)"
    assert shown == f"Room(name='hall', inside={inner}, floor=0)"
    chain = Chain()
    chain.last = chain
    assert repr(chain) == "Chain(last=...)"


@pytest.mark.parametrize("where", [Place(name="hall"), Room(name="hall")])
def test_what_is_frozen_stays_frozen_each_time(where: Place) -> None:
    for _ in range(2):
        with pytest.raises(FrozenInstanceError, match="cannot assign to field 'name'"):
            setattr(where, "name", "cellar")  # noqa: B010 - mypy knows it is frozen
        with pytest.raises(FrozenInstanceError, match="cannot delete field 'name'"):
            delattr(where, "name")
    assert where.name == "hall"


def test_what_can_be_changed_has_no_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Chain())


def test_how_it_is_made_is_known_at_once() -> None:
    assert list(inspect.signature(Room).parameters) == ["name", "inside", "floor"]


def test_each_method_is_compiled_once_when_it_is_first_called() -> None:
    told: list[str] = []

    def compiled(name: str, *_: Any) -> Any:
        told.append(name)
        return lambda _self, other: other == "equal"

    make = late(compiled)
    stand_in = make("__eq__", ("self", "other"))
    thing = type("Thing", (), {"__eq__": stand_in})()
    assert told == []
    assert [thing == "equal", thing == "other", stand_in(thing, "equal")] == [1, 0, 1]
    assert told == ["__eq__"]
    assert type(thing).__eq__ is not stand_in
    make("__init__", ("self",))
    assert told == ["__eq__", "__init__"]


def test_asking_for_it_twice_puts_nothing_off_twice() -> None:
    before = getattr(dataclasses, "_create_fn", None)
    compile_late()
    assert getattr(dataclasses, "_create_fn", None) is before
