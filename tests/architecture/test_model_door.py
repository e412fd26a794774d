"""What is behind the door to a model cannot be had from outside.

That only its file knows langchain is asked in test_rooms.py, that nobody else makes a
door in test_walls.py.
"""

import inspect
import typing

from bot.assistant.absent import NoModel
from bot.assistant.door import ModelDoor
from bot.house import House
from bot.ports.model import Answered, Model, NoAnswer
from bot.wire_model import build_model, model_of


def _shown(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


def test_a_door_can_be_asked_and_closed_and_nothing_else() -> None:
    assert _shown(ModelDoor) == _shown(NoModel) == {"ask", "close"}


def test_a_door_keeps_what_it_holds_under_names_of_its_own() -> None:
    kept = [name for name in ModelDoor.__dict__ if not name.startswith("__")]
    assert {name for name in kept if not name.startswith("_ModelDoor__")} == {
        "ask",
        "close",
    }
    assert "__dict__" not in dir(ModelDoor)


def test_a_door_gives_back_answers_and_no_more() -> None:
    told = typing.get_type_hints(ModelDoor.ask)["return"]
    kinds = {typing.get_origin(one) or one for one in typing.get_args(told)}
    assert kinds == {Answered, NoAnswer}
    assert typing.get_type_hints(ModelDoor.close)["return"] is type(None)


def test_the_house_is_given_a_model_and_not_what_is_behind_it() -> None:
    for made in (build_model, model_of):
        assert inspect.signature(made).return_annotation is Model
    assert typing.get_type_hints(House)["model"] is Model
