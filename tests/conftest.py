"""What holds for every test.

Hypothesis searches the same way in every run, so that a red suite is red for
everybody; `--hypothesis-profile=default` searches anew.
"""

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")
