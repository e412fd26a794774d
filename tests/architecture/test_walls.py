"""The walls of docs/concepts/redaction.md have no second gate beside them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "bot"
# What leads past a wall, and the only files that may say it.
ONLY_HERE = {
    r"\.chat_(?:post|update|delete|me)": {"slack/calls.py"},
    r"\.views_(?:open|publish|update|push)": {"slack/views.py"},
    # These two ask, and say nothing.
    r"\.api_call\(": {"slack/examine.py", "slack/socket_address.py"},
    r"response_url\b.*\(": set(),
    r"\bAsyncApp\(": {"slack/app.py"},
    # A model is reached by one file, and nobody finds a library of models by its name.
    r"init_chat_model|with_structured_output|\bline_to\(": {
        "assistant/door.py",
        "assistant/line.py",
    },
    r"import_module\(|__import__|exec\(|eval\(": {
        *("triage.py", "collectors.py", "gate/catalogue.py", "redact/gates.py"),
        *("cli/cloud_server.py", "cli/cloud_played.py"),
    },
    r"\bModelDoor\(": {"wire_model.py"},
    r"_ModelDoor__|\bDoorNeeds\b": {"assistant/door.py", "wire_model.py"},
    r"StreamHandler|FileHandler|basicConfig|dictConfig": {"logs.py"},
    r"sys\.stderr": {"logs.py"},
    r"traceback\.print": set(),
    r'echo\(f"error: \{error\}': set(),
}


@pytest.mark.parametrize("pattern", ONLY_HERE)
def test_only_the_wall_itself_knows_the_way_out(pattern: str) -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if re.search(pattern, path.read_text("utf-8"))
    }
    assert found <= ONLY_HERE[pattern]


def test_the_running_store_has_its_wall() -> None:
    ground = (ROOT / "wire_ground.py").read_text("utf-8")
    opened = re.findall(r"SqliteStore\([^)]*\)", ground)
    assert len(opened) == 1
    assert "guard=guards" in opened[0]
