"""The commands in the runbooks can be pasted: the shell reads them, and AWS has them.

Whether they find what they promise only a real account can show.
"""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name
from botocore.model import OperationModel

from bot.assistant.library import runbook_paths

SHELF = Path(__file__).parents[2] / "runbooks"
PATHS = runbook_paths(SHELF)
# Of the command line itself, not of an operation.
OF_THE_TOOL = frozenset({"region", "query", "output"})
# What the tool calls otherwise than the service does.
CALLED = {"s3api": "s3"}
HIGH_LEVEL = frozenset({"s3"})

pytestmark = pytest.mark.slow


def shell(path: Path) -> str:
    blocks = re.findall(r"```shell\n(.*?)```", path.read_text("utf-8"), re.DOTALL)
    return "\n".join(blocks)


@cache
def operations(service: str) -> dict[str, OperationModel]:
    model = botocore.session.get_session().get_service_model(service)
    return {
        xform_name(name, "-"): model.operation_model(name)
        for name in model.operation_names
    }


def aws_calls(text: str) -> Iterator[tuple[str, str, set[str]]]:
    """Yield service, operation and option names of every `aws` command."""
    one_line = re.sub(r"\\\n\s*", " ", text)
    for found in re.finditer(r"\baws ([a-z0-9-]+) ([a-z][a-z0-9-]+)(.*)", one_line):
        # The options end where another command, or a program in quotes, begins.
        own = re.split(r"\$\(|[|;]| > |\)", found[3].replace('"$(date', "date"))[0]
        yield found[1], found[2], set(re.findall(r" --([a-z][a-z0-9-]+)", own))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_shell_can_read_every_block(path: Path) -> None:
    said = subprocess.run(
        ["/bin/bash", "-n"],
        input=shell(path),
        text=True,
        capture_output=True,
        check=False,
    )
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_aws_has_every_command_with_its_options(path: Path) -> None:
    for service, operation, options in aws_calls(shell(path)):
        if service in HIGH_LEVEL:
            continue
        model = operations(CALLED.get(service, service))[operation]
        members = model.input_shape.members if model.input_shape else {}
        known = {xform_name(name, "-") for name in members}
        unknown = options - known - OF_THE_TOOL
        assert unknown == set(), f"aws {service} {operation}"


def test_a_command_that_does_not_exist_would_be_seen() -> None:
    ((service, operation, options),) = aws_calls("aws iam list-users --colour red\n")
    assert operation in operations(service)
    assert "burn-users" not in operations(service)
    assert options == {"colour"}
