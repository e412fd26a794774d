"""Small wrong changes to a module: one comparison, one word, one missing line at a time.

Each mutation is a whole syntax tree with one node changed, and a name that stays the
same while other lines move: where it is, what stood there and what stands there now.
Docstrings, annotations and imports are left alone.
"""

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_NAMES = {"max": "min", "min": "max", "any": "all", "all": "any"}
_MOST = 60


@dataclass(frozen=True)
class Mutation:
    """One wrong change.

    Attributes:
        where: Qualified name of the function or class; "" for the module itself.
        what: What stood there and what stands there now.
        nth: Told apart from equal ones before it in the same place.
        lines: First and last line of what changes.
        in_function: It changes a function's body and nothing that is made at import.
    """

    where: str
    what: str
    nth: int
    in_function: bool
    lines: tuple[int, int]
    tree: ast.Module

    @property
    def name(self) -> str:
        return f"{self.where or 'module'}: {self.what}" + (
            f" (no. {self.nth})" if self.nth > 1 else ""
        )


def mutations(source: str) -> Iterator[Mutation]:
    """Return every mutation of a module, in the order of its lines."""
    tree = ast.parse(source)
    seen: Counter[tuple[str, str]] = Counter()
    for spot in list(_spots(tree)):
        node, names, is_body = spot
        for changed in _changes(node):
            what = f"{_said(node)} -> {_said(changed)}"
            where = ".".join(names)
            seen[where, what] += 1
            yield Mutation(
                where=where,
                what=what,
                nth=seen[where, what],
                in_function=is_body,
                lines=_lines(node),
                tree=_replaced(tree, node, changed),
            )


def _lines(node: ast.AST) -> tuple[int, int]:
    inside = [one for one in ast.walk(node) if hasattr(one, "lineno")]
    return min(one.lineno for one in inside), max(one.end_lineno for one in inside)


def _said(node: ast.AST | None) -> str:
    said = "nothing" if node is None else " ".join(ast.unparse(node).split())
    return said if len(said) <= _MOST else f"{said[: _MOST - 1]}…"


Spot = tuple[ast.AST, tuple[str, ...], bool]


def _spots(
    node: ast.AST, names: tuple[str, ...] = (), *, is_body: bool = False
) -> Iterator[Spot]:
    """Return every node that may change, with where it stands."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            inside = (*names, child.name)
            for part in child.body:
                if not _is_doc(part):
                    yield part, inside, True
                    yield from _spots(part, inside, is_body=True)
        elif isinstance(child, ast.ClassDef):
            yield from _class_spots(child, names)
        elif not isinstance(child, ast.Import | ast.ImportFrom) and not _is_doc(child):
            yield child, names, is_body
            if isinstance(child, ast.AnnAssign):
                child = ast.Module(body=[child.value] if child.value else [])  # type: ignore[list-item]  # noqa: PLW2901
                yield from ((one, names, is_body) for one in child.body)
            yield from _spots(child, names, is_body=is_body)


def _class_spots(node: ast.ClassDef, names: tuple[str, ...]) -> Iterator[Spot]:
    body = [part for part in node.body if not _is_doc(part)]
    yield from _spots(ast.Module(body=body, type_ignores=[]), (*names, node.name))


def _is_doc(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes(node: ast.AST) -> Iterator[ast.AST]:  # noqa: C901, PLR0912 - one case per kind
    """Return what may stand in a node's place."""
    match node:
        case ast.Compare(ops=[op]):
            for other in _COMPARISONS[type(op)]:
                yield _with(node, ops=[other()])
        case ast.BoolOp(op=op, values=values):
            yield _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            for n in range(len(values)):
                left = values[:n] + values[n + 1 :]
                yield left[0] if len(left) == 1 else _with(node, values=left)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.If(test=test) | ast.IfExp(test=test):
            yield from (_with(node, test=ast.Constant(one)) for one in (True, False))
        case ast.BinOp(op=op) if type(op) in _OPERATORS:
            yield _with(node, op=_OPERATORS[type(op)]())
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield ast.Constant(value + 1)
        case ast.Constant(value=str() as value):
            yield ast.Constant(f"{value}XX")
        case ast.Return(value=ast.Constant(value=None)) | ast.Return(value=None):
            yield _with(node, value=ast.Tuple(elts=[], ctx=ast.Load()))
        case ast.Return():
            yield _with(node, value=ast.Constant(None))
        case ast.Expr(value=ast.Call(func=func)) if _said(func) != "assert_never":
            yield ast.Pass()
        case ast.Name(id=name) if name in _NAMES:
            yield _with(node, id=_NAMES[name])
        case ast.Tuple(elts=elts, ctx=ast.Load()) | ast.Set(elts=elts):
            yield from _shorter(node, elts)
        case ast.Dict(keys=keys, values=values):
            for n in range(len(keys)):
                parts = {
                    "keys": keys[:n] + keys[n + 1 :],
                    "values": values[:n] + values[n + 1 :],
                }
                yield _with(node, **parts)
        case ast.Call(keywords=keywords):
            for n in range(len(keywords)):
                yield _with(node, keywords=keywords[:n] + keywords[n + 1 :])
        case ast.comprehension(ifs=[_, *_]):
            yield _with(node, ifs=[])
        case ast.MatchOr(patterns=patterns):
            for n in range(len(patterns)):
                left = patterns[:n] + patterns[n + 1 :]
                yield left[0] if len(left) == 1 else _with(node, patterns=left)
        case _:
            return


def _shorter(node: ast.AST, elts: list[ast.expr]) -> Iterator[ast.AST]:
    """Leave one element out, or change two neighbours' places in a list of names."""
    for n in range(len(elts)):
        left = elts[:n] + elts[n + 1 :]
        empty = isinstance(node, ast.Set) and not left
        yield ast.parse("set()", mode="eval").body if empty else _with(node, elts=left)
    is_order = isinstance(node, ast.Tuple) and all(map(_is_word, elts))
    for n in range(len(elts) - 1) if is_order else ():
        swapped = [*elts[:n], elts[n + 1], elts[n], *elts[n + 2 :]]
        yield _with(node, elts=swapped)


def _is_word(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _with(node: ast.AST, **changes: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed


def _replaced(tree: ast.Module, node: ast.AST, changed: ast.AST) -> ast.Module:
    """Return a copy of the tree with one node changed."""

    class Change(ast.NodeTransformer):
        def visit(self, visited: ast.AST) -> ast.AST:
            if visited is node:
                return ast.copy_location(changed, node)
            return super().visit(copy.copy(visited))

        def generic_visit(self, visited: ast.AST) -> ast.AST:
            for name, value in ast.iter_fields(visited):
                if isinstance(value, list):
                    # A list of its own: the tree that is shared stays as it is.
                    setattr(visited, name, list(value))
            return super().generic_visit(visited)

    made = Change().visit(tree)
    assert isinstance(made, ast.Module)
    return ast.fix_missing_locations(made)
