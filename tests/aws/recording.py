"""Writes down the API calls that are really made, at botocore's own event hook."""

from typing import Any

import pytest

from bot.aws import session as aws_session


def recorded(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return a set that fills with ``iam.GetUser`` and so on, from now on."""
    seen: set[str] = set()
    real = aws_session._core

    def note(model: Any, **_: Any) -> None:
        seen.add(f"{model.service_model.service_name}.{model.name}")

    def listening(settings: Any, key: Any) -> Any:
        core = real(settings, key)
        core.register("before-call", note)
        return core

    monkeypatch.setattr(aws_session, "_core", listening)
    return seen
