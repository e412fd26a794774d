"""What to type or where to look for a step, taken from the body of its runbook.

A step that changes something is found where the body names it, e.g. "(step 4)"; a step
that only looks has the commands of the part on evidence, later ones those of the part
on diagnosis. The part is always named beside the text. Pure, and nothing is run.
"""

import re

from bot.domain.runbook import Runbook, Step, StepKind

_MOST = 1200
_BLOCK = re.compile(
    r"^(```|~~~)[^\n]*\n(?P<code>.*?)^\1[ \t]*$", re.DOTALL | re.MULTILINE
)
_ITEM = re.compile(
    r"^(?:\d+\.|[-*]) +(?P<text>.+(?:\n(?!\d+\.|[-*]|\n).+)*)", re.MULTILINE
)
_FIRST, _LATER, _CHANGES = "Evidence first", "Diagnose", "Contain"


def look_of(runbook: Runbook, step: Step) -> tuple[str, str]:
    """Return the part of the runbook and the text; two times "" when there is none."""
    if step.kind is StepKind.READ:
        return _commands(runbook, step)
    return _named(runbook, step)


def _commands(runbook: Runbook, step: Step) -> tuple[str, str]:
    reads = [one.number for one in runbook.steps if one.kind is StepKind.READ]
    parts = (_FIRST, _LATER) if step.number == reads[0] else (_LATER, _FIRST)
    for part in parts:
        blocks = _BLOCK.finditer(runbook.section(part))
        code = "\n".join(one["code"].rstrip() for one in blocks)
        if code:
            return part, _cut(code)
    return "", ""


def _named(runbook: Runbook, step: Step) -> tuple[str, str]:
    mark = re.compile(rf"\bsteps? {step.number}\b")
    items = _ITEM.finditer(runbook.section(_CHANGES))
    found = [" ".join(one["text"].split()) for one in items]
    said = [re.sub(r"\*\*|`", "", one) for one in found if mark.search(one)]
    return (_CHANGES, _cut("\n".join(said))) if said else ("", "")


def _cut(text: str) -> str:
    """Return as many whole lines as fit, and say how many do not."""
    kept: list[str] = []
    lines = text.splitlines()
    for line in lines:
        if sum(map(len, kept)) + len(kept) + len(line) > _MOST:
            break
        kept.append(line)
    left = len(lines) - len(kept)
    more = f"# … {left} more lines in the runbook"
    return "\n".join([*kept, more] if left else kept)
