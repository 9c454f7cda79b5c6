"""Read TOML tables by declared keys, collecting every mistake instead of stopping at the first.

Knows TOML and text files; knows nothing of policies, cases or lessons.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ContentProblem:
    """Say what is wrong with one key of one file of the course, and what to do."""

    file: str
    key: str
    message: str
    help: str

    def __str__(self) -> str:
        place = f"{self.file}: `{self.key}`" if self.key else self.file
        return f"{place}: {self.message}\n  help: {self.help}"


class MalformedExercise(ValueError):
    """Files of the course do not say what an exercise, a prediction or a quiz must say."""

    def __init__(self, problems: Iterable[ContentProblem]) -> None:
        self.problems: tuple[ContentProblem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Report:
    """Collect the problems of one folder, so that an author sees all of them at once."""

    def __init__(self) -> None:
        self.problems: list[ContentProblem] = []

    def add(self, file: str, key: str, message: str, help: str) -> None:
        self.problems.append(ContentProblem(file, key, message, help))

    def error(self) -> MalformedExercise:
        return MalformedExercise(self.problems)

    def stop_if_any(self) -> None:
        if self.problems:
            raise self.error()


class Folder:
    """Read files of one folder under the names an author knows them by."""

    def __init__(self, path: Path, label: str, report: Report) -> None:
        self.path = path
        self.label = label
        self.report = report

    def name_of(self, file: str) -> str:
        return f"{self.label}/{file}"

    def text(self, file: str, *, holding: str) -> str:
        """Read a file that must exist and hold something; report it and return "" otherwise."""
        try:
            content = (self.path / file).read_text(encoding="utf-8")
        except FileNotFoundError:
            self.report.add(self.name_of(file), "", "the file is missing", f"add it: it holds {holding}")
            return ""
        except (OSError, UnicodeDecodeError) as error:
            self.report.add(self.name_of(file), "", f"cannot be read: {error}", "save it as a UTF-8 text file")
            return ""
        if not content.strip():
            self.report.add(self.name_of(file), "", "the file is empty", f"it holds {holding}")
        return content

    def table(self, file: str, *, holding: str) -> Table | None:
        """Read a TOML file, or report why it cannot be read and return None."""
        content = self.text(file, holding=holding)
        if not content.strip():
            return None
        try:
            values = tomllib.loads(content)
        except tomllib.TOMLDecodeError as error:
            message = str(error)
            message = message[:1].lower() + message[1:]
            self.report.add(self.name_of(file), "", f"is not TOML: {message}", "text stands in quotes, lists in [ ]")
            return None
        return Table(values, self.name_of(file), self.report)


class Table:
    """Read one TOML table: each getter checks presence and type, `finish` refuses the keys nobody asked for.

    A getter that finds a mistake reports it and returns an empty value, so that reading goes on.
    """

    def __init__(self, values: Mapping[str, Any], file: str, report: Report, prefix: str = "") -> None:
        self._values = values
        self._asked: list[str] = []
        self.file = file
        self.report = report
        self.prefix = prefix

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def problem(self, key: str, message: str, help: str) -> None:
        self.report.add(self.file, self.prefix + key, message, help)

    def text(self, key: str, *, default: str | None = None) -> str:
        value = self._get(key, str, "text in quotes", optional=default is not None)
        if isinstance(value, str) and not value.strip():
            self.problem(key, "is empty", f"write {key} = with text in quotes")
        return value if isinstance(value, str) else default or ""

    def choice(self, key: str, options: Sequence[str], *, default: str | None = None) -> str:
        if key not in self and default is not None:
            self._asked.append(key)
            return default
        value = self._get(key, str, f"one of {listing(options)}")
        if not isinstance(value, str) or value in options:
            return value or ""
        self.problem(key, f"does not know `{value}`", suggestion(value, options))
        return ""

    def integer(self, key: str, low: int, high: int, *, default: int | None = None) -> int:
        value = self._get(key, int, f"a whole number from {low} to {high}", optional=default is not None)
        if isinstance(value, int) and not low <= value <= high:
            self.problem(key, f"is out of range: `{value}`", f"write a whole number from {low} to {high}")
        return value if isinstance(value, int) else low if default is None else default

    def flag(self, key: str) -> bool:
        return self._get(key, bool, "true or false", optional=True) is True

    def texts(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        value = self._get(key, list, 'a list of texts: ["one", "two"]', optional=optional)
        if value is None:
            return ()
        wrong = [index for index, item in enumerate(value) if not isinstance(item, str) or not item.strip()]
        for index in wrong:
            self.problem(f"{key}[{index}]", f"is not text: `{value[index]}`", "write text in quotes")
        return tuple(item if isinstance(item, str) else "" for item in value)

    def text_or_texts(self, key: str) -> tuple[str, ...]:
        """Read an optional text, or list of texts, as a tuple."""
        if isinstance(self._values.get(key), list):
            return self.texts(key)
        value = self.text(key, default="")
        return (value,) if value else ()

    def table(self, key: str, *, optional: bool = False) -> Table:
        value = self._get(key, dict, f"a table: [{key}]", optional=optional)
        return Table(value or {}, self.file, self.report, f"{self.prefix}{key}.")

    def tables(self, key: str, *, optional: bool = False) -> tuple[Table, ...]:
        value = self._get(key, list, f"a list of tables: [[{key}]]", optional=optional) or []
        tables = []
        for index, item in enumerate(value):
            if isinstance(item, dict):
                tables.append(Table(item, self.file, self.report, f"{self.prefix}{key}[{index}]."))
            else:
                self.problem(f"{key}[{index}]", f"is not a table: `{item}`", f"write [[{key}]]")
        return tuple(tables)

    def text_items(self) -> dict[str, str]:
        """Read a table whose keys are free and whose values are texts."""
        self._asked.extend(self._values)
        return {key: self.text(key) for key in self._values}

    def list_items(self) -> dict[str, tuple[str, ...]]:
        """Read a table whose keys are free and whose values are lists of texts."""
        return {key: self.texts(key) for key in self._values}

    def context(self, key: str) -> dict[str, str | tuple[str, ...]]:
        """Read a request's context: every value a text or a list of texts."""
        inner = self.table(key, optional=True)
        result: dict[str, str | tuple[str, ...]] = {}
        for name, value in inner._values.items():
            if isinstance(value, str):
                result[name] = value
            elif isinstance(value, list) and all(isinstance(item, str) for item in value):
                result[name] = tuple(value)
            else:
                shown = str(value).lower() if isinstance(value, bool) else value
                inner.problem(name, f"is not text: `{shown}`", f'context values are texts: "{name}" = "{shown}"')
        return result

    def finish(self) -> None:
        """Refuse the keys that no getter asked for."""
        for key in self._values:
            if key not in self._asked:
                self.problem(key, "is not a key of this file", suggestion(key, self._asked))

    def _get(self, key: str, kind: type, wanted: str, *, optional: bool = False) -> Any:
        self._asked.append(key)
        if key not in self._values:
            if not optional:
                self.problem(key, "is missing", f"write {key} = … with {wanted}")
            return None
        value = self._values[key]
        # bool is a subclass of int: `difficulty = true` is a mistake, not 1.
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return value
        self.problem(key, f"is {_kind_of(value)}", f"write {wanted}")
        return None


def suggestion(word: str, options: Sequence[str]) -> str:
    """Offer the option that looks like `word`, or all of them."""
    lowered = {option.lower(): option for option in options}
    close = difflib.get_close_matches(word.lower(), lowered, n=1)
    return f"did you mean `{lowered[close[0]]}`?" if close else f"write one of {listing(options)}"


def listing(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _kind_of(value: object) -> str:
    names = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return f"{names.get(type(value), 'a date or time')}: `{value}`"
