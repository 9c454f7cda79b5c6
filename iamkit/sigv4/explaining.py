"""Find the mistake that led to a signature (A17): try the usual ones until one gives the signature that was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest
from typing import NamedTuple

from iamkit.sigv4.canonical import assemble, join_pairs, signed_names
from iamkit.sigv4.credentials import AccessKey, Credentials
from iamkit.sigv4.http_request import HttpRequest, InvalidHttpRequest
from iamkit.sigv4.mistakes import AFTER_THE_REQUEST, IN_THE_REQUEST, LOST_HEADERS
from iamkit.sigv4.parameters import SIGNATURE, TOKEN
from iamkit.sigv4.presented import Presented, Received, Unreadable, read_presented, receive, stated_payload
from iamkit.sigv4.recipe import Recipe, Situation
from iamkit.sigv4.rules import HMAC_ALGORITHM, UNSIGNED_PAYLOAD, ServiceRules
from iamkit.sigv4.searching import Mistake, search


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
        if self.likely == self.expected:
            return "the signature is right: the client signed what the service expects"
        if not self.tried:
            return "no mistakes were looked for: SigV4A never gives the same signature twice"
        tried = f"none of {self.tried:,} usual mistakes gives this signature"
        return f"{tried}: the secret is another, or the request changed on the way"

    @property
    def help(self) -> str:
        """Say what helps."""
        if self.mistakes:
            return "; ".join(dict.fromkeys(mistake.help for mistake in self.mistakes))
        if self.differences:
            return "compare the lines, and sign what is sent"
        if self.likely == self.expected:
            return "there is nothing to mend"
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

    Give the canonical request that the client built if you have it, and further keys that it may have used. No
    mistakes are looked for in a signature of SigV4A, which is never the same twice (A8). Raises ValueError for a
    request whose signature cannot be read.
    """
    credentials = key.credentials if isinstance(key, AccessKey) else key
    situation = _situation(request, credentials, region, service, rules or ServiceRules.of(service), other_keys)
    right = _recipe(situation)
    expected = right.canonical()
    absent = [name for name in situation.names.ordered if name not in situation.received.values]
    if situation.presented.algorithm != HMAC_ALGORITHM:
        lines = () if client_canonical_request is None else differences(expected, client_canonical_request)
        return Explanation((), expected, client_canonical_request, lines, 0)
    if absent:
        return _absent(absent, situation, right)
    if client_canonical_request is not None and client_canonical_request != expected:
        return _compared(situation, right, client_canonical_request)
    usual = AFTER_THE_REQUEST if client_canonical_request else (*IN_THE_REQUEST, *AFTER_THE_REQUEST)
    signature = situation.presented.signature
    found = search(right, situation, usual, lambda kitchen, recipe: kitchen.signature(recipe) == signature)
    if found.recipe is None:
        return Explanation((), expected, None, (), found.tried)
    likely, mistakes = found.recipe.canonical(), found.mistakes
    listed = situation.presented.signed_headers
    if not mistakes and listed != right.signed_headers:
        what = f"the client listed the signed headers as `{listed}`; the service wants `{right.signed_headers}`"
        mistakes = (Mistake("header-names", what, "sort the names, in lowercase, and list each once"),)
    return Explanation(mistakes, expected, likely, differences(expected, likely), found.tried)


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
    left_out = {SIGNATURE} if rules.sign_session_token else {SIGNATURE, TOKEN}
    pairs = [pair for pair in received.pairs if not presented.presigned or pair[0] not in left_out]
    names = signed_names(presented.signed_headers.lower())
    return Situation(received, presented, rules, region, service, credentials, other_keys, pairs, names)


def _recipe(situation: Situation) -> Recipe:
    """Give what the server signs."""
    received, presented = situation.received, situation.presented
    values = dict.fromkeys(situation.names.ordered, "") | received.values
    payload = _expected_payload(received, presented, situation.rules)
    query = join_pairs(situation.pairs)
    canonical = assemble(
        received.request.method, received.path, query, values, situation.names, payload, situation.rules
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


def _absent(names: Sequence[str], situation: Situation, right: Recipe) -> Explanation:
    """Name the signed headers that did not arrive, with their usual values if these give the signature."""
    listed = ", ".join(f"`{name}`" for name in names)
    signature, expected = situation.presented.signature, right.canonical()
    found = search(right, situation, LOST_HEADERS, lambda kitchen, recipe: kitchen.signature(recipe) == signature)
    what = f"the client signed {listed}, which did not arrive"
    mistake = Mistake("header-not-sent", what, LOST_HEADERS[0].help)
    if found.recipe is None:
        return Explanation((mistake,), expected, None, (), found.tried)
    likely = found.recipe.canonical()
    return Explanation((mistake,), expected, likely, differences(expected, likely), found.tried)


def _compared(situation: Situation, right: Recipe, client: str) -> Explanation:
    """Compare with what the client says it built, and name the mistakes that lead to that and to its signature."""
    expected, signature = right.canonical(), situation.presented.signature
    lines = differences(expected, client)
    written = search(right, situation, IN_THE_REQUEST, lambda kitchen, recipe: kitchen.canonical(recipe) == client)
    theirs = right._replace(layout=lambda recipe: client)
    found = search(theirs, situation, AFTER_THE_REQUEST, lambda kitchen, recipe: kitchen.signature(recipe) == signature)
    return Explanation((*written.mistakes, *found.mistakes), expected, client, lines, written.tried + found.tried)


def differences(expected: str, client: str) -> tuple[Difference, ...]:
    """List the lines of two canonical requests that differ."""
    ours, theirs = expected.split("\n"), client.split("\n")
    names = _names_of_lines(ours)
    found = []
    for number, (line, other) in enumerate(zip_longest(ours, theirs, fillvalue=""), 1):
        if line != other:
            name = names[number - 1] if number <= len(names) else "a line more"
            found.append(Difference(number, name, line, other, _column(line, other)))
    return tuple(found)


def _names_of_lines(lines: Sequence[str]) -> list[str]:
    """Name the lines of a canonical request (A1)."""
    headers = [f"header {line.partition(':')[0]}" for line in lines[3:-3]]
    return ["method", "canonical path", "canonical query", *headers, "empty line", "signed headers", "payload hash"]


def _column(expected: str, client: str) -> int:
    pairs = zip_longest(expected, client)
    return next((column for column, (one, other) in enumerate(pairs, 1) if one != other), 1)


def _shown(line: str) -> str:
    """Show a line so that nothing in it breaks the layout."""
    return "".join(character if character.isprintable() else "\N{SYMBOL FOR NULL}" for character in line) or "(nothing)"
