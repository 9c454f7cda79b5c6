"""The judge `leaked-keys`: histories of repositories, with keys in them and with what only looks like keys."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from iamkit.course.as_python import as_python
from iamkit.course.judges.cases import Call, Judge, Refusal, of_type

Commit = dict[str, Any]
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_HEX = "0123456789abcdef"


def key(random: Random, prefix: str = "AKIA") -> str:
    """Draw an access key ID as AWS makes them: 20 capitals and digits."""
    return prefix + "".join(random.choices(_ALPHABET, k=16))


def _commit(random: Random, files: dict[str, str | None]) -> Commit:
    return {"commit": "".join(random.choices(_HEX, k=7)), "files": files}


def _call(history: list[Commit], expected: dict[str, str], told: str, told_more: str = "") -> Call:
    """`told` is said where a key is missed or has another commit, `told_more` where more is found than there is."""

    def judge(value: Any) -> Refusal | None:
        wanted = as_python(expected)
        refused = of_type(value, dict, wanted, "a dict")
        if refused is not None or value == expected:
            return refused
        if extra := [each for each in value if each not in expected]:
            return Refusal(
                told_more or f"`{extra[0]}` is no access key of a user: every false alarm makes people look away.",
                wanted,
            )
        return Refusal(told, wanted)

    return Call((history,), as_python(expected), judge)


def _in_code() -> Iterator[Call]:
    random = Random("leak in code")
    leaked = key(random)
    code = f'import boto3\n\ns3 = boto3.client("s3", aws_access_key_id="{leaked}", aws_secret_access_key=SECRET)\n'
    history = [_commit(random, {"README.md": "# Reports\n"}), _commit(random, {"upload.py": code})]
    yield _call(history, {leaked: history[1]["commit"]}, f"`{leaked}` stands in `upload.py`, for everyone to read.")


def _anywhere() -> Iterator[Call]:
    random = Random("leak anywhere")
    first, second, third = (key(random) for _ in range(3))
    history = [
        _commit(random, {".env": f"DEBUG=1\nAWS_ACCESS_KEY_ID={first}\n", "main.py": "print('hello')\n"}),
        _commit(
            random, {"deploy/keys.csv": f"Access key ID,Secret access key\n{second},wJalrXUtnFEMI\n{third},bPxRfi\n"}
        ),
    ]
    expected = {first: history[0]["commit"], second: history[1]["commit"], third: history[1]["commit"]}
    told = "A key is missed: it can stand in any file, and a file can hold several."
    yield _call(history, expected, told)


def _removed() -> Iterator[Call]:
    random = Random("leak removed")
    leaked, other = key(random), key(random)
    history = [
        _commit(random, {"config.py": f'KEY = "{leaked}"\n', "old.py": f'KEY = "{other}"\n'}),
        _commit(random, {"config.py": 'KEY = os.environ["AWS_ACCESS_KEY_ID"]\n'}),
        _commit(random, {"old.py": None}),
    ]
    expected = {each: str(history[0]["commit"]) for each in (leaked, other)}
    told = "The key was taken out later. It is still in the history, and whoever clones the repository clones that too."
    yield _call(history, expected, told)


def _first() -> Iterator[Call]:
    random = Random("leak twice")
    leaked = key(random)
    history = [
        _commit(random, {"a.py": "pass\n"}),
        _commit(random, {"b.py": f"# {leaked}\n"}),
        _commit(random, {"c.py": f"# {leaked}\n"}),
        _commit(random, {"b.py": "pass\n"}),
    ]
    told = "The *first* commit counts: from its day on you must read in the trail what was done with the key."
    yield _call(history, {leaked: history[1]["commit"]}, told)


def _look_alikes() -> Iterator[Call]:
    random = Random("look-alikes")
    word = "".join(random.choices(_ALPHABET, k=40))
    longer = f"checksum: {key(random)}{word[:12]}\nsignature={word[:9]}{key(random)}\n"
    small = f"{key(random).lower()}\nAKIA\nAKIA-{word[:15]}\n"
    files = {
        longer
        + small: "A part of a longer word is no key: an ID has 20 capitals and digits, and something else around it.",
        "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n": (
            "An ID that ends in `EXAMPLE` is one of AWS's documentation. It opens nothing."
        ),
        f"signed by {key(random, 'ASIA')} with a session token\n": (
            "An `ASIA…` key is temporary: it ends by itself, and it is worth nothing without its session token. "
            "Here we look for those that live until somebody ends them."
        ),
    }
    for text, told in files.items():
        # One key is there each time, so that to find nothing is never right.
        leaked = key(random)
        commit = _commit(random, {"notes.txt": text, "settings.ini": f"[s3]\nkey = {leaked}\n"})
        yield _call([commit], {leaked: commit["commit"]}, f"`{leaked}` in `settings.ini` is missed.", told)


LEAKED_KEYS = Judge(
    name="leaked-keys",
    parameters=("history",),
    returns="a dict: each key ID with the commit that first had it",
    cases={
        "a key in the code": _in_code,
        "any file, several keys": _anywhere,
        "taken out since": _removed,
        "the first commit": _first,
        "what is no key": _look_alikes,
    },
)
