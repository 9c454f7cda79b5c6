"""From many resources to few patterns: what a program names anew in each run becomes `*`, and nothing else.

Three rules, none of which depends on the order of the events. An ID that AWS or a program makes up for each thing (a
UUID, an instance, a log stream) is `*` as soon as two were seen in the same place. Below a prefix of an S3 bucket, of
parameters or of an API's paths, more names than the threshold are `*`. Buckets, accounts, Regions and names of
resources are never generalised, unless there are hundreds of names, which is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from iamkit.policy.patterns import arn_glob

# UUIDs, long hexadecimal numbers, and what EC2 and ECS give IDs to that lives as long as a job; not networks and keys.
_ID = re.compile(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    r"|(?<![0-9a-zA-Z-])(?:i|vol|snap|eni|sir)-(?:[0-9a-f]{17}|[0-9a-f]{8})(?![0-9a-zA-Z])"
    r"|(?<![0-9a-zA-Z])[0-9a-f]{32,}(?![0-9a-zA-Z])"
)
_MARK = "\0"
# Where names have folders: the ARN up to which they are one thing.
_FOLDERS = re.compile(
    r"(?P<top>arn:[^:]*:s3:::[^/]+/|arn:[^:]*:ssm:[^:]*:[^:]*:parameter/|arn:[^:]*:execute-api:[^:]*:[^:]*:[^/]+/[^/]+/[^/]+/)"
    r"(?P<rest>.*)",
    re.DOTALL,
)
_STREAM = re.compile(r"(arn:[^:]*:logs:[^:]*:[^:]*:log-group:[^:]+:log-stream:).+", re.DOTALL)
_KEPT = re.compile(r"arn:[^:]*:(kms|iam|cognito-idp|cognito-identity):")
# So many names of one kind are no list that a person reads.
MOST_NAMES = 500
DEFAULT = 3


@dataclass(slots=True)
class _Folder:
    """What was seen below a prefix: parts of names, each with how it was first written."""

    inside: dict[str, _Folder] = field(default_factory=dict)
    written: str = ""
    various: bool = False
    everything: bool = False
    ends: bool = False

    def add(self, parts: list[str], most: int) -> None:
        """Add a name; from more than `most` on, a folder forgets its names."""
        folder = self
        for part in parts:
            if folder.everything:
                return
            masked = _ID.sub(_MARK, part)
            inner = folder.inside.get(masked)
            if inner is None:
                inner = folder.inside[masked] = _Folder(written=part)
                if len(folder.inside) > most:
                    folder.everything = True
                    folder.inside.clear()
                    return
            inner.various = inner.various or inner.written != part
            folder = inner
        folder.ends = True

    def patterns(self, before: str) -> Iterator[str]:
        """Write the patterns of everything that was added."""
        if self.everything:
            yield f"{before}*"
            return
        for masked, inner in self.inside.items():
            text = before + (masked.replace(_MARK, "*") if inner.various else inner.written)
            if inner.ends:
                yield text
            if inner.inside or inner.everything:
                yield from inner.patterns(f"{text}/")


@dataclass(slots=True)
class Resources:
    """The resources of one action, as few patterns; `most` is the threshold, None to keep each as it was seen.

    With a threshold this holds a bounded number of names, however many are added.
    """

    most: int | None = DEFAULT
    too_many: bool = False
    _folders: dict[str, _Folder] = field(default_factory=dict)
    _names: dict[str, tuple[str, bool]] = field(default_factory=dict)
    _seen: dict[str, None] = field(default_factory=dict)

    def add(self, pattern: str, sure: bool = True) -> None:
        """Add what one event acted on: a pattern, as escapes stand in it."""
        if pattern in self._seen:
            return
        if len(self._seen) < MOST_NAMES:
            self._seen[pattern] = None
        if self.most is None or not sure or pattern == "*":
            self._names[pattern] = (pattern, False)
        elif found := _FOLDERS.fullmatch(pattern):
            folder = self._folders.setdefault(found["top"], _Folder())
            folder.add(found["rest"].split("/"), self.most)
        else:
            self._name(pattern)

    def _name(self, pattern: str) -> None:
        masked = _STREAM.sub(rf"\1{_MARK}", pattern)
        if masked != pattern:
            self._names[masked] = (pattern, True)  # each run of a program has a log stream of its own
            return
        masked = pattern if _KEPT.match(pattern) else _ID.sub(_MARK, pattern)
        first, various = self._names.setdefault(masked, (pattern, False))
        if first != pattern and not various:
            self._names[masked] = (first, True)
        if len(self._names) > MOST_NAMES:
            self._widen()

    def _widen(self) -> None:
        """Give up on names: the account's resources of the same kind."""
        self.too_many = True
        kinds = {":".join(name.split(":", 5)[:5]) + ":" + _kind(name) for name in self._names if name != "*"}
        self._names = {f"{kind}*": (f"{kind}*", False) for kind in kinds}
        self._seen.clear()

    def patterns(self) -> tuple[str, ...]:
        """Write the patterns in order, without those that another one covers."""
        found = [masked.replace(_MARK, "*") if various else first for masked, (first, various) in self._names.items()]
        for top, folder in self._folders.items():
            found += folder.patterns(top)
        return tuple(sorted(_without_covered(found)))


def _kind(arn: str) -> str:
    rest = arn.split(":", 5)[-1]
    sign = next((sign for sign in rest if sign in "/:"), "")
    return rest.partition(sign)[0] + sign if sign else ""


def _without_covered(patterns: list[str]) -> list[str]:
    if "*" in patterns:
        return ["*"]
    wide = [each for each in patterns if "*" in each.replace("${*}", "")]
    return [each for each in dict.fromkeys(patterns) if not any(arn_glob(w, True)(each) for w in wide if w != each)]
