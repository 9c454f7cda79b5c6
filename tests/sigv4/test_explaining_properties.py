"""Whatever is signed, a mistake is named; and what an explanation claims, another signer confirms."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from iamkit.sigv4 import Explanation
from tests.sigv4.broken_cases import ALL, REQUESTS, explained, name_of, signed
from tests.sigv4.broken_signers import Broken, Case, Sent, Stage, send, sign_text
from tests.sigv4.generated import SERVICES, Signing, header_lists, signings

# Folded values stand for one line of the wire, which these signers do not unfold.
CASES = signings(headers=header_lists(folded=False), services=SERVICES | st.just("s3"))
BODIES = st.sampled_from((b"", b"{}", b'{"b": [1, 2.5], "a": "\xc3\xa9"}', b"a\nb\r\n", b"Action=List+Users&Path=%2F"))
BROKEN = st.sampled_from(tuple(ALL.values()))
FIRST = tuple(broken for broken in REQUESTS if broken.stage is Stage.PARTS)
SECOND = tuple(
    broken for broken in ALL.values() if name_of(broken) in ("secret", "key-chain", "string-to-sign", "signature")
)
AFTER = frozenset({"secret", "key-chain", "string-to-sign", "signature", "time", "date", "region", "service"})
IN_THE_REQUEST = frozenset(broken.id for broken in REQUESTS) - {"canonical-utf-16"}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A request to sign, in its header or in its query."""
    signing: Signing = draw(CASES)
    request, keys = signing.request, signing.credentials
    return Case(
        signing.service,
        request.method,
        request.path,
        tuple(request.query.split("&")) if request.query else (),
        tuple(request.headers),
        draw(BODIES),
        presigned=draw(st.booleans()),
        region=signing.region,
        timestamp=f"{signing.at:%Y%m%dT%H%M%SZ}",
        access_key_id=keys.access_key_id,
        secret=keys.secret_access_key,
        token=keys.session_token,
    )


def shows(case: Case, *mistakes: Broken) -> Sent:
    """Sign with mistakes that change the signature; anything else is no example."""
    sent = signed(case, *mistakes)
    assume(sent is not None and sent.signature != send(case).signature)
    assert sent is not None
    return sent


def confirmed(case: Case, sent: Sent, explanation: Explanation) -> None:
    """What was likely, signed by another signer, gives the signature, unless a mistake came after the request."""
    assert explanation.mistakes, (sent.canonical_request, explanation.expected)
    likely = explanation.likely
    assert likely is not None
    # UTF-16 is no part of the text that was likely.
    if AFTER.isdisjoint(mistake.name for mistake in explanation.mistakes) and "UTF-16" not in explanation.sentence:
        assert sent.signature == sign_text(case, likely)
    found = [(one.expected, one.client) for one in explanation.differences]
    assert found == [
        pair for pair in zip(explanation.expected.split("\n"), likely.split("\n"), strict=False) if pair[0] != pair[1]
    ] or explanation.expected.count("\n") != likely.count("\n")


@given(cases(), BROKEN)
def test_a_mistake_is_named(case: Case, broken: Broken) -> None:
    """One of those that give this very signature, and one alone."""
    case = broken.on(case)
    sent = shows(case, broken)
    explanation = explained(case, sent.request)
    assert len(explanation.mistakes) == 1, explanation.sentence
    assert explanation.mistakes[0].name in names_that_fit(case, sent), explanation.sentence
    if broken.id in IN_THE_REQUEST:
        assert sent.canonical_request == explanation.likely
    confirmed(case, sent, explanation)


def names_that_fit(case: Case, sent: Sent) -> set[str]:
    """Name all mistakes of these signers that send the same: often two are one and the same in a plain request."""
    return {
        name_of(broken)
        for broken in ALL.values()
        if (other := signed(case, broken)) is not None
        and (other.signature, other.request) == (sent.signature, sent.request)
    }


@given(cases(), st.sampled_from(FIRST), st.sampled_from(SECOND))
def test_two_mistakes_are_named(case: Case, first: Broken, second: Broken) -> None:
    """One in the request and one after it, whatever both are; or a single one, where it does the same."""
    case = first.on(case)
    alone = shows(case, first)
    sent = shows(case, first, second)
    assume(sent.signature != alone.signature)
    explanation = explained(case, sent.request)
    assert 1 <= len(explanation.mistakes) <= 2, explanation.sentence
    if explanation.likely == sent.canonical_request:
        assert name_of(second) in {mistake.name for mistake in explanation.mistakes}
    confirmed(case, sent, explanation)
