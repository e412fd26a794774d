"""How long Hypothesis searches, in one place.

`make test-fast` glances at what `make test-slow` searches thoroughly minutes later;
whoever asks for tests by name, and `make mutants`, searches a little. All search the
same way in every run, so that a red suite is red for everybody;
`--hypothesis-profile=default` searches anew.
"""

from hypothesis import settings

STEADY = "steady"
_MOST = {"glance": 15, STEADY: 25, "thorough": 100}


def register() -> None:
    """Make the profiles known; the steady one holds unless another is named."""
    for name, most in _MOST.items():
        settings.register_profile(
            name, max_examples=most, derandomize=True, deadline=None
        )
    settings.load_profile(STEADY)


def examples(share: float) -> int:
    """Return how many examples to try, as a share of what the profile asks for."""
    asked_for = settings.get_profile(settings.get_current_profile_name()).max_examples
    return max(round(asked_for * share), 1)
