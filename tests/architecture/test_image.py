"""The image runs as nobody, holds no build tools and gets what it copies.

Whether its steps work is proved by scripts/image-steps.sh, which walks them.
"""

import re

from tests.architecture.sources import ROOT


def _steps() -> list[str]:
    """Return the Dockerfile's steps, continued lines joined, comments dropped."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", "")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _last_stage() -> list[str]:
    steps = _steps()
    last = max(at for at, step in enumerate(steps) if step.startswith("FROM "))
    return steps[last:]


def test_the_image_starts_as_a_user_without_rights() -> None:
    assert [step for step in _last_stage() if step.startswith("USER")] == [
        "USER 10001:10001"
    ]


def test_the_last_stage_installs_nothing() -> None:
    commands = [step for step in _last_stage() if step.startswith("RUN ")]
    assert not [step for step in commands if re.search(r"\b(pip|apt-get|gcc)\b", step)]


def test_the_image_says_whether_it_is_well() -> None:
    assert any(
        step.startswith("HEALTHCHECK") and "/healthz" in step for step in _last_stage()
    )


def test_every_install_checks_hashes_or_asks_no_registry() -> None:
    installs = [step for step in _steps() if "pip install" in step]
    assert installs
    assert all(
        "--require-hashes" in step
        or ("--no-deps" in step and "--no-build-isolation" in step)
        for step in installs
    )


def test_the_page_of_sealed_diagnostics_is_bundled_before_we_are_installed() -> None:
    steps = _steps()
    bundled = steps.index("RUN scripts/viewer.sh")
    installed = next(n for n, one in enumerate(steps) if one.endswith("isolation ."))
    assert bundled < installed


def test_the_builder_is_sent_what_the_image_copies() -> None:
    sent = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    }
    copies = [
        step.split()[1:-1]
        for step in _steps()
        if step.startswith("COPY ") and "--from=" not in step
    ]
    assert {name for names in copies for name in names} == sent


def test_the_walk_knows_every_step_of_the_dockerfile() -> None:
    script = (ROOT / "scripts" / "image-steps.sh").read_text("utf-8")
    known = set(re.findall(r"\b([A-Z]{3,})(?=[^\n]*\) )", script))
    assert {step.split()[0] for step in _steps()} <= known
