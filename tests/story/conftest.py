"""The two ways by which Slack reaches the bot: a story is the same over both."""

import pytest


@pytest.fixture(params=["http", "socket"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)
