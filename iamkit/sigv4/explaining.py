"""Find the mistake that led to a signature (A17): try the usual ones until one gives the signature that was sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest
from typing import NamedTuple

from iamkit.sigv4.canonical import assemble, signed_names
from iamkit.sigv4.credentials import AccessKey, Credentials
from iamkit.sigv4.http_request import HttpRequest, InvalidHttpRequest
from iamkit.sigv4.key_mistakes import AFTER_THE_REQUEST
from iamkit.sigv4.mistakes import IN_THE_REQUEST, UsualMistake
from iamkit.sigv4.parameters import SIGNATURE, TOKEN
from iamkit.sigv4.presented import Presented, Received, Unreadable, read_presented, receive, stated_payload
from iamkit.sigv4.recipe import Recipe, Situation
from iamkit.sigv4.rules import HMAC_ALGORITHM, UNSIGNED_PAYLOAD, ServiceRules

_MISTAKES = (*IN_THE_REQUEST, *AFTER_THE_REQUEST)
# Two mistakes at a time are some ten thousand signatures, a fraction of a second; this ends it whatever is sent.
_MOST_TRIED = 40_000


class Mistake(NamedTuple):
    """A mistake that was made: its name, what the client did, and what helps."""

    name: str
    sentence: str
    help: str


class Difference(NamedTuple):
    """A line that the two sides wrote differently, and the first column (from 1) in which they differ."""

    line: int
    name: str
    expected: str
    client: str
    column: int


@dataclass(frozen=True)
class Explanation:
    """Say why a signature does not match.

    `mistakes` are those that together give the client's signature: one, two, or none if no usual ones do. `likely` is
    the canonical request that the client signed, where that is known, and `differences` compares it with `expected`.
    `tried` counts the signatures that were made on the way.
    """

    mistakes: tuple[Mistake, ...]
    expected: str
    likely: str | None
    differences: tuple[Difference, ...]
    tried: int

    @property
    def sentence(self) -> str:
        """Say in one sentence what the client did."""
        if self.mistakes:
            return ", and ".join(mistake.sentence for mistake in self.mistakes)
        if self.differences:
            return f"the client signed another canonical request: line {self.differences[0].line} differs"
        return f"none of {self.tried:,} usual mistakes gives this signature: most likely the secret is another"

    @property
    def help(self) -> str:
        """Say what helps."""
        if self.mistakes:
            return "; ".join(dict.fromkeys(mistake.help for mistake in self.mistakes))
        if self.differences:
            return "compare the lines, and sign what is sent"
        return "check the secret access key; then compare your canonical request with the one the server expected"

    def __str__(self) -> str:
        parts = [self.sentence]
        for difference in self.differences:
            marker = " " * (difference.column - 1) + "^"
            parts += [f"  line {difference.line}, {difference.name}:", f"    expected  {_shown(difference.expected)}"]
            parts += [f"    client    {_shown(difference.client)}", f"              {marker}"]
        return "\n".join([*parts, f"  help: {self.help}"])

    __repr__ = __str__


def explain(
    request: HttpRequest,
    key: AccessKey | Credentials,
    *,
    region: str,
    service: str,
    rules: ServiceRules | None = None,
    client_canonical_request: str | None = None,
    other_keys: Sequence[Credentials] = (),
) -> Explanation:
    """Find out why a request's signature does not match, by making the usual mistakes (A17).

    Give the canonical request that the client built if you have it, and further keys that it may have used. Raises
    ValueError for a request whose signature cannot be read, or is made with SigV4A, whose signatures are random.
    """
    credentials = key.credentials if isinstance(key, AccessKey) else key
    situation = _situation(request, credentials, region, service, rules or ServiceRules.of(service), other_keys)
    right = _recipe(situation)
    expected = right.canonical()
    absent = [name for name in situation.names.ordered if name not in situation.received.values]
    if absent:
        return _absent(absent, expected)
    if client_canonical_request is not None and client_canonical_request != expected:
        return _compared(situation, right, client_canonical_request)
    tried = 0
    for tried, (recipe, mistakes) in enumerate(_candidates(right, situation), 1):
        if recipe.signature() == situation.presented.signature:
            likely = recipe.canonical()
            return Explanation(mistakes, expected, likely, differences(expected, likely), tried)
        if tried >= _MOST_TRIED:
            break
    return Explanation((), expected, None, (), tried)


def _situation(
    request: HttpRequest,
    credentials: Credentials,
    region: str,
    service: str,
    rules: ServiceRules,
    other_keys: Sequence[Credentials],
) -> Situation:
    try:
        received = receive(request)
        presented = read_presented(received)
    except (InvalidHttpRequest, Unreadable) as problem:
        raise ValueError(f"the request has no readable signature: {problem}\n  help: verify it first") from None
    if presented.algorithm != HMAC_ALGORITHM:
        raise ValueError(f"{presented.algorithm} never signs the same twice\n  help: compare the canonical requests")
    left_out = {SIGNATURE} if rules.sign_session_token else {SIGNATURE, TOKEN}
    pairs = [pair for pair in received.pairs if not presented.presigned or pair[0] not in left_out]
    names = signed_names(presented.signed_headers.lower())
    return Situation(received, presented, rules, region, service, credentials, other_keys, pairs, names)


def _recipe(situation: Situation) -> Recipe:
    """Give what the server signs."""
    received, presented = situation.received, situation.presented
    values = dict.fromkeys(situation.names.ordered, "") | received.values
    payload = _expected_payload(received, presented, situation.rules)
    canonical = assemble(
        received.request.method, received.path, situation.pairs, values, situation.names, payload, situation.rules
    )
    headers = tuple((name, values[name]) for name in situation.names.ordered)
    return Recipe(
        canonical.method,
        canonical.path,
        canonical.query,
        headers,
        canonical.signed_headers,
        payload,
        presented.timestamp,
        situation.own_scope,
        situation.credentials.secret_access_key,
    )


def _expected_payload(received: Received, presented: Presented, rules: ServiceRules) -> str:
    stated = stated_payload(received, presented)
    if stated is not None:
        return stated
    if presented.presigned and rules.unsigned_payload:
        return UNSIGNED_PAYLOAD
    return sha256(received.request.body or b"").hexdigest()


def _candidates(right: Recipe, situation: Situation) -> Iterator[tuple[Recipe, tuple[Mistake, ...]]]:
    """Make each usual mistake, then each two that concern different parts of a signature."""
    singles = []
    for usual in _MISTAKES:
        for recipe, mistake in _made(usual, right, situation):
            singles.append((usual, recipe, mistake))
            yield recipe, (mistake,)
    for usual, recipe, mistake in singles:
        for second in _MISTAKES[_MISTAKES.index(usual) + 1 :]:
            if second.part != usual.part:
                for both, other in _made(second, recipe, situation):
                    yield both, (mistake, other)


def _made(usual: UsualMistake, recipe: Recipe, situation: Situation) -> Iterator[tuple[Recipe, Mistake]]:
    """Make a mistake in every way that changes something, each once."""
    seen = {recipe}
    for changed, sentence in usual.variations(recipe, situation):
        if changed not in seen:
            seen.add(changed)
            yield changed, Mistake(usual.name, sentence, usual.help)


def _absent(names: Sequence[str], expected: str) -> Explanation:
    listed = ", ".join(f"`{name}`" for name in names)
    mistake = Mistake(
        "header-not-sent",
        f"the client signed {listed}, which did not arrive",
        "send every header that SignedHeaders lists; a proxy may have removed it",
    )
    return Explanation((mistake,), expected, None, (), 0)


def _compared(situation: Situation, right: Recipe, client: str) -> Explanation:
    """Compare with what the client says it built, and name the mistake that writes the same."""
    lines = differences(right.canonical(), client)
    tried = 0
    for tried, (recipe, mistakes) in enumerate(_candidates(right, situation), 1):
        if recipe.canonical() == client:
            return Explanation(mistakes, right.canonical(), client, lines, tried)
        if tried >= _MOST_TRIED:
            break
    return Explanation((), right.canonical(), client, lines, tried)


def differences(expected: str, client: str) -> tuple[Difference, ...]:
    """List the lines of two canonical requests that differ; headers are compared by name."""
    ours, theirs = _named_lines(expected), _named_lines(client)
    found = []
    if list(ours) == list(theirs):
        for number, (name, line) in enumerate(ours.items(), 1):
            if line != theirs[name]:
                found.append(Difference(number, name, line, theirs[name], _column(line, theirs[name])))
        return tuple(found)
    for number, (line, other) in enumerate(zip_longest(expected.split("\n"), client.split("\n"), fillvalue=""), 1):
        if line != other:
            names = [name for name, text in ours.items() if text == line] or ["line"]
            found.append(Difference(number, names[0], line, other, _column(line, other)))
    return tuple(found)


def _named_lines(canonical: str) -> dict[str, str]:
    """Name the lines of a canonical request (A1)."""
    lines = canonical.split("\n")
    names = ["method", "canonical path", "canonical query"]
    names += [f"header {line.partition(':')[0]}" for line in lines[3:-3]]
    names += ["empty line", "signed headers", "payload hash"]
    if len(lines) < 6:
        return {f"line {number}": line for number, line in enumerate(lines, 1)}
    return dict(zip(names, lines, strict=False))


def _column(expected: str, client: str) -> int:
    pairs = zip_longest(expected, client)
    return next((column for column, (one, other) in enumerate(pairs, 1) if one != other), 1)


def _shown(line: str) -> str:
    """Show a line so that nothing in it breaks the layout."""
    return "".join(character if character.isprintable() else "\N{SYMBOL FOR NULL}" for character in line) or "(nothing)"
