"""The program that a function of the notebook stands for: its source, with the imports and names that it needs.

A check runs a program by itself, without the other cells: what the function uses of them goes along.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

# The module in which a passed program is defined.
MODULE = "your_program"
_OWN = ("__main__", MODULE)
_LONGEST = 10_000


class NoSource(ValueError):
    """The function's source cannot be had."""

    def __init__(self, problem: str, help: str) -> None:
        super().__init__(f"{problem}\nhelp: {help}")


def program_of(function: object, name: str) -> str:
    """Return a program that defines the function under this name; raise `NoSource`."""
    if not isinstance(function, FunctionType):
        kind = type(function).__name__
        raise NoSource(f"the source of a {kind} cannot be read", f"hand in a function made with `def {name}(…):`")
    if function.__name__ == "<lambda>":
        raise NoSource("a lambda is no program", f"write a function: `def {name}(…):`")
    if function.__code__.co_freevars:
        outer = ", ".join(f"`{free}`" for free in function.__code__.co_freevars)
        raise NoSource(
            f"`{function.__name__}` uses {outer} of the function around it", "define it at the left margin of a cell"
        )
    gathered = _Gathered()
    gathered.add(function)
    parts = ["\n".join(gathered.imports), "\n".join(gathered.data), *gathered.definitions]
    if function.__name__ != name:
        parts.append(f"{name} = {function.__name__}")
    return "\n\n\n".join(filter(None, parts)) + "\n"


class _Gathered:
    """Collect what a program consists of, each name once."""

    def __init__(self) -> None:
        self.imports: list[str] = []
        self.data: list[str] = []
        self.definitions: list[str] = []
        self._seen: set[str] = set()
        self._added: set[str] = set()

    def add(self, function: FunctionType) -> None:
        """Add a function after everything that it uses."""
        self._added.add(function.__name__)
        try:
            source = textwrap.dedent(inspect.getsource(function))
            tree = ast.parse(source)
        except (OSError, TypeError, SyntaxError) as error:
            help = "hand in its text, or write it in a cell that begins with `%%code`"
            raise NoSource(f"the source of `{function.__name__}` cannot be read", help) from error
        for name, path in _used(tree):
            if name in function.__globals__ and path not in self._seen:
                self._seen.add(path)
                self._need(name, path, function.__globals__[name])
        self.definitions.append(source.rstrip())

    def _need(self, name: str, path: str, value: Any) -> None:
        if isinstance(value, ModuleType):
            self._import(name, path, value)
        elif origin := _origin(value):
            renamed = "" if value.__name__ == name else f" as {name}"
            self._append(self.imports, f"from {origin} import {value.__name__}{renamed}")
        elif isinstance(value, FunctionType) and value.__module__ in _OWN:
            if value.__name__ not in self._added:
                self.add(value)
            if value.__name__ != name:
                self._append(self.definitions, f"{name} = {value.__name__}")
        elif (literal := _literal(value)) is not None:
            self._append(self.data, f"{name} = {literal}")

    def _import(self, name: str, path: str, module: ModuleType) -> None:
        """Import a module, and of `urllib.parse.quote` also the module inside it."""
        if name != module.__name__:
            self._append(self.imports, f"import {module.__name__} as {name}")
            return
        parts = path.split(".")
        names = [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
        self._append(self.imports, f"import {[each for each in names if each in sys.modules][-1]}")

    @staticmethod
    def _append(lines: list[str], line: str) -> None:
        if line not in lines:
            lines.append(line)


def _used(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Give the names that are read, each with the longest dotted path that begins with it."""
    inside = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if id(node) not in inside and isinstance(node, ast.Name | ast.Attribute):
            path, root = _path(node)
            if root is not None:
                yield root, path


def _path(node: ast.expr) -> tuple[str, str | None]:
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return "", None
    return ".".join([node.id, *reversed(attributes)]), node.id


def _origin(value: Any) -> str | None:
    """Name the module from which a function or class can be imported by its name."""
    module, name = getattr(value, "__module__", None), getattr(value, "__name__", None)
    if not isinstance(module, str) or not isinstance(name, str) or module in _OWN:
        return None
    return module if getattr(sys.modules.get(module), name, None) is value else None


def _literal(value: Any) -> str | None:
    """Write data as Python; None for what is no data."""
    text = repr(value)
    if len(text) > _LONGEST:
        return None
    try:
        return text if ast.literal_eval(text) == value else None
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
