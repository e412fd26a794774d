"""How long Hypothesis searches, in one place.

The fast suite searches a little, `make test-slow` searches the same properties
thoroughly (`--hypothesis-profile=thorough`). Both search the same way in every run,
so that a red suite is red for everybody; `--hypothesis-profile=default` searches
anew.
"""

from hypothesis import settings

STEADY, THOROUGH = "steady", "thorough"
_A_LITTLE, _MUCH = 25, 100


def register() -> None:
    """Make both profiles known; the fast one holds unless another is named."""
    for name, most in ((STEADY, _A_LITTLE), (THOROUGH, _MUCH)):
        settings.register_profile(
            name, max_examples=most, derandomize=True, deadline=None
        )
    settings.load_profile(STEADY)


def examples(share: float) -> int:
    """Return how many examples to try, as a share of what the profile asks for."""
    asked_for = settings.get_profile(settings.get_current_profile_name()).max_examples
    return max(round(asked_for * share), 1)
