"""Opens the doors through which `tocsin bench assistant` asks, and says how far it is.

What is asked and counted is in `bench_replay.py`.
"""

from pathlib import Path
from typing import Any

import click

from bot.cli.asking import uncounted_model
from bot.cli.bench_card import Cards
from bot.cli.bench_replay import of_the_model, of_the_stand_in
from bot.config import Settings
from bot.config.model import ModelSection
from bot.domain.errors import BadSettings
from bot.ports.model import Model
from bot.rulings import Rulings

_MOST = 50
_EVERY = 10


def asked(
    settings: Settings, rulings: Rulings, folder: Path, *, most: int | None
) -> dict[str, Any]:
    """Return what the model of the settings says of the inputs in a folder.

    Raises:
        BadSettings: There is none, its settings are not complete, or it is where words
            may not go.
    """
    if settings.model.provider is None:
        raise BadSettings(
            "Nothing was asked",
            because="no model is configured",
            next_move="Set model.provider and model.name, or use --stand-in.",
        )
    model = uncounted_model(settings, rulings.redactor)
    try:
        return of_the_model(
            Cards(rulings=rulings), model, folder, most=most or _MOST, progress=_tell
        )
    finally:
        model.close()


def asked_stand_in(
    settings: Settings, rulings: Rulings, folder: Path, *, most: int | None
) -> dict[str, Any]:
    """Return what recorded answers come to when a model on loopback gives them."""

    def door(url: str) -> Model:
        given = {"provider": "openai", "name": "stand-in", "base_url": url}
        section = ModelSection.model_validate(
            {**given, "api_key": "stand-in", "retries": 0}
        )
        away = settings.model_copy(update={"model": section})
        return uncounted_model(away, rulings.redactor)

    return of_the_stand_in(
        Cards(rulings=rulings), door, folder, most=most, progress=_tell
    )


def _tell(done: int) -> None:
    if done % _EVERY == 0:
        click.echo(f"{done} asked", err=True)
