"""What holds for every test.

Hypothesis searches the same way in every run, so that a red suite is red for
everybody; `--hypothesis-profile=default` searches anew.
"""

import pytest
from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


@pytest.fixture(params=["http", "socket"])
def transport(request: pytest.FixtureRequest) -> str:
    """The two ways by which Slack reaches the bot: a story is the same over both."""
    return str(request.param)
