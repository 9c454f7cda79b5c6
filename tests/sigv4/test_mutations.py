"""A signed request verifies; with any single thing changed it is refused, for the right reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamkit.sigv4 import (
    AuthenticationFailure,
    Credentials,
    Fault,
    HttpRequest,
    Signed,
    Verified,
    presign,
    sign,
    verify,
)
from tests.sigv4.codes import SERVICES, code_and_status
from tests.sigv4.generated import (
    NOON,
    PERMANENT,
    TEMPORARY,
    Signing,
    header_lists,
    later,
    paths,
    queries,
    signings,
)
from tests.sigv4.mutating import (
    WRONG,
    Mutation,
    changed_bodies,
    changed_credentials,
    changed_headers,
    changed_lists,
    changed_paths,
    changed_queries,
    changed_signatures,
    one,
    split,
    with_authorization,
    with_header,
    with_more,
    with_parameter,
    with_query,
)

# Each request is changed in a hundred ways or more.
FEWER = settings(max_examples=settings().max_examples // 3)
TIMES = (
    ("20150830T123601Z", Fault.SIGNATURE_MISMATCH),
    ("20150830T122059Z", Fault.EXPIRED),
    ("20150830T125101Z", Fault.NOT_YET_CURRENT),
    ("20150829T123600Z", Fault.EXPIRED),
    ("2015-08-30T12:36:00Z", Fault.BAD_DATE),
    ("20150830T123600", Fault.BAD_DATE),
    ("20150230T123600Z", Fault.BAD_DATE),
    ("", Fault.BAD_DATE),
)


@st.composite
def cases(draw: st.DrawFn) -> Signing:
    """A request in which every change means something: no dots to normalize, no header twice."""
    case = draw(
        signings(
            path=paths(proper=True, dots=False),
            query=queries(),
            headers=header_lists(folded=False, repeated=False),
            services=st.sampled_from(tuple(SERVICES)),
        )
    )
    return replace(case, credentials=draw(st.sampled_from((PERMANENT, TEMPORARY))), at=NOON, region="us-east-1")


def signed_in_header(case: Signing) -> Signed:
    """Sign in the header."""
    return sign(case.request, case.credentials, region=case.region, service=case.service, at=case.at)


def signed_in_query(case: Signing) -> Signed:
    """Sign in the query."""
    return presign(case.request, case.credentials, region=case.region, service=case.service, at=case.at)


def checked(case: Signing, request: HttpRequest) -> Verified:
    """Verify a request at the time of the signature."""
    return verify(request, case.lookup, region=case.region, service=case.service, now=case.at)


def refused(case: Signing, mutation: Mutation, *, presigned: bool) -> None:
    """The mutation is refused for one of its faults, with the code and the status of the protocol."""
    with pytest.raises(AuthenticationFailure) as caught:
        checked(case, mutation.request)
    failure = caught.value
    assert failure.fault in mutation.faults, f"{mutation.what}: {failure.fault}: {failure.message}"
    assert SERVICES[case.service] is failure.protocol
    expected = code_and_status(failure.fault, failure.protocol, presigned=presigned)
    # `AWS4-HMAC-SHA256` alone in the header and no date at all are S3's own exceptions: see the written cases.
    s3_exception = case.service == "s3" and failure.fault in (Fault.INCOMPLETE, Fault.UNSUPPORTED_ALGORITHM)
    if expected is not None and not s3_exception:
        assert expected == (failure.code, failure.status), mutation.what


def own_headers(signed: Signed) -> tuple[str, ...]:
    """Name the signed headers that the request itself brought."""
    of_signing = ("x-amz-date", "x-amz-security-token", "x-amz-content-sha256")
    return tuple(name for name in signed.canonical.signed_headers.split(";") if name not in of_signing)


def changed_times(case: Signing, signed: Signed) -> Iterator[Mutation]:
    """Change X-Amz-Date, or take it away."""
    for text, fault in TIMES:
        # An empty date is as good as none.
        faults = frozenset({fault, Fault.INCOMPLETE}) if not text else one(fault)
        yield Mutation(f"date {text!r}", with_header(signed.request, "x-amz-date", lambda _, t=text: t), faults)  # type: ignore[misc]
    removed = with_header(signed.request, "x-amz-date", lambda _: None)
    yield Mutation("no date", removed, one(Fault.INCOMPLETE))


def changed_tokens(case: Signing, signed: Signed) -> Iterator[Mutation]:
    """Change, remove or bring a session token, which must be the key's own."""
    bad = one(Fault.BAD_TOKEN)
    if case.credentials.session_token is None:
        listed = signed.canonical.signed_headers
        brought = with_more(signed.request, ("X-Amz-Security-Token", "brought"))
        yield Mutation("token, not signed", brought, one(Fault.HEADERS_NOT_SIGNED))
        both = with_authorization(brought, f"={listed},", f"={listed};x-amz-security-token,")
        yield Mutation("token, listed", both, bad)
        return
    yield Mutation("token", with_header(signed.request, "x-amz-security-token", lambda value: value + "x"), bad)
    yield Mutation("no token", with_header(signed.request, "x-amz-security-token", lambda _: None), bad)


def changed_authorization(case: Signing, signed: Signed) -> Iterator[Mutation]:
    """Change each part of the Authorization header."""
    request, listed = signed.request, signed.canonical.signed_headers
    temporary = case.credentials.session_token is not None
    credential = f"{case.credentials.access_key_id}/{signed.scope}"
    for what, other, faults in changed_credentials(credential, temporary=temporary):
        yield Mutation(what, with_authorization(request, f"={credential},", f"={other},"), faults)
    for what, other, faults in changed_lists(tuple(listed.split(";"))):
        yield Mutation(what, with_authorization(request, f"SignedHeaders={listed}", f"SignedHeaders={other}"), faults)
    for what, other, faults in changed_signatures(signed.signature):
        yield Mutation(what, with_authorization(request, f"={signed.signature}", f"={other}"), faults)
    algorithm = with_authorization(request, "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512")
    yield Mutation("algorithm", algorithm, one(Fault.UNSUPPORTED_ALGORITHM))
    for name in ("Credential", "SignedHeaders", "Signature"):
        gone = with_authorization(request, f"{name}=", f"X{name}=")
        yield Mutation(f"no {name}", gone, one(Fault.INCOMPLETE))
        again = with_header(request, "authorization", lambda value, own=name: f"{value}, {own}=x")  # type: ignore[misc]
        yield Mutation(f"{name} twice", again, one(Fault.INCOMPLETE))


def header_mutations(case: Signing, signed: Signed) -> Iterator[Mutation]:
    """Everything that one change does to a request signed in the header."""
    request, s3 = signed.request, case.service == "s3"
    yield from changed_bodies(request, one(Fault.PAYLOAD_MISMATCH) if s3 else WRONG)
    yield from changed_paths(request)
    yield from changed_queries(request, len(split(request.target)[1]))
    yield from changed_headers(request, own_headers(signed))
    yield from changed_times(case, signed)
    yield from changed_tokens(case, signed)
    yield from changed_authorization(case, signed)
    other = "POST" if request.method != "POST" else "PUT"
    yield Mutation("method", request._replace(method=other), WRONG)
    for name in ("Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256"):
        for value in request.header(name):
            yield Mutation(f"{name} twice", with_more(request, (name.lower(), value)), one(Fault.INCOMPLETE))
    query = with_query(request, [*split(request.target)[1], "X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Signature=0"])
    yield Mutation("both mechanisms", query, one(Fault.TWO_MECHANISMS))
    yield Mutation("no Authorization", with_header(request, "authorization", lambda _: None), one(Fault.NO_CREDENTIALS))
    if s3:
        name = "x-amz-content-sha256"
        hashes = {"0" * 64: Fault.PAYLOAD_MISMATCH, "UNSIGNED-PAYLOAD": Fault.SIGNATURE_MISMATCH,
                  "nonsense": Fault.BAD_PAYLOAD_HASH, "": Fault.BAD_PAYLOAD_HASH}  # fmt: skip
        for text, fault in hashes.items():
            yield Mutation(f"hash {text!r}", with_header(request, name, lambda _, t=text: t), one(fault))  # type: ignore[misc]
        yield Mutation("no hash", with_header(request, name, lambda _: None), one(Fault.BAD_PAYLOAD_HASH))


def query_mutations(case: Signing, signed: Signed) -> Iterator[Mutation]:
    """Everything that one change does to a presigned URL."""
    request, listed = signed.request, signed.canonical.signed_headers
    temporary = case.credentials.session_token is not None
    if case.service != "s3":
        yield from changed_bodies(request, WRONG)
    yield from changed_paths(request)
    yield from changed_queries(request, len(split(case.request.target)[1]))
    yield from changed_headers(request, own_headers(signed))
    parts: list[tuple[str, tuple[str, str, frozenset[Fault]]]] = []
    credential = f"{case.credentials.access_key_id}/{signed.scope}"
    parts += [("Credential", made) for made in changed_credentials(credential, temporary=temporary)]
    parts += [("SignedHeaders", made) for made in changed_lists(tuple(listed.split(";")))]
    parts += [("Signature", made) for made in changed_signatures(signed.signature)]
    # An hour's URL: a date inside the hour or a little ahead of the clock is a matter of the signature alone.
    times = {"20150830T123601Z": Fault.SIGNATURE_MISMATCH, "20150830T113559Z": Fault.URL_EXPIRED,
             "20150830T125101Z": Fault.URL_NOT_YET_VALID, "2015-08-30T12:36:00Z": Fault.BAD_DATE}  # fmt: skip
    parts += [("Date", (text, text, one(fault))) for text, fault in times.items()]
    expires = {"3601": Fault.SIGNATURE_MISMATCH, "0": Fault.BAD_EXPIRES, "604801": Fault.BAD_EXPIRES,
               "-1": Fault.BAD_EXPIRES, "1e3": Fault.BAD_EXPIRES, "9" * 30: Fault.BAD_EXPIRES}  # fmt: skip
    parts += [("Expires", (text, text, one(fault))) for text, fault in expires.items()]
    parts.append(("Algorithm", ("SHA512", "AWS4-HMAC-SHA512", one(Fault.UNSUPPORTED_ALGORITHM))))
    if temporary:
        parts.append(("Security-Token", ("other", "other", one(Fault.BAD_TOKEN))))
    for name, (what, value, faults) in parts:
        yield Mutation(f"{name}: {what}", with_parameter(request, f"X-Amz-{name}", quote(value, safe="-._~")), faults)
    for name in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"):
        # A query without X-Amz-Algorithm may be no signature at all.
        faults = one(Fault.INCOMPLETE) | (one(Fault.NO_CREDENTIALS) if name == "Algorithm" else frozenset())
        yield Mutation(f"no {name}", with_parameter(request, f"X-Amz-{name}"), faults)
        value = next(
            piece.partition("=")[2] for piece in split(request.target)[1] if piece.startswith(f"X-Amz-{name}=")
        )
        yield Mutation(f"{name} twice", with_parameter(request, f"X-Amz-{name}", value, value), one(Fault.INCOMPLETE))
    if temporary:
        yield Mutation("no token", with_parameter(request, "X-Amz-Security-Token"), one(Fault.BAD_TOKEN))
    other = "POST" if request.method != "POST" else "PUT"
    yield Mutation("method", request._replace(method=other), WRONG)


@FEWER
@given(cases())
def test_every_change_to_a_signed_request_is_refused(case: Signing) -> None:
    """Header by header, byte by byte: what is signed cannot be changed."""
    signed = signed_in_header(case)
    assert checked(case, signed.request).signature == signed.signature
    for mutation in header_mutations(case, signed):
        refused(case, mutation, presigned=False)


@FEWER
@given(cases())
def test_every_change_to_a_presigned_url_is_refused(case: Signing) -> None:
    """A presigned URL binds the method, the path, every pair of its query and every signed header (A6)."""
    signed = signed_in_query(case)
    assert checked(case, signed.request).presigned
    for mutation in query_mutations(case, signed):
        refused(case, mutation, presigned=True)


@given(cases(), st.randoms(use_true_random=False), st.booleans())
def test_what_is_the_same_request_still_passes(case: Signing, random: Random, presigned: bool) -> None:
    """Order of headers and of query pairs, case of names, spaces around and inside values are not signed (A2, A3)."""
    signed = (signed_in_query if presigned else signed_in_header)(case)
    request = signed.request
    headers = list(request.headers)
    random.shuffle(headers)
    _, pieces = split(request.target)
    shuffled = list(pieces)
    random.shuffle(shuffled)
    same = [
        request._replace(headers=tuple(headers)),
        request._replace(headers=tuple((name.swapcase(), value) for name, value in headers)),
        request._replace(headers=tuple((name, f"  {value.replace(' ', '   ')} ") for name, value in request.headers)),
        with_query(request, shuffled),
        with_query(request, ["", *pieces, ""]),
        with_query(request, [piece if "=" in piece else piece + "=" for piece in pieces]),
        with_more(request, ("X-Forwarded-For", "10.0.0.1"), ("User-Agent", "curl"), ("x-amzn-trace-id", "Root=1")),
    ]
    for other in same:
        assert signed.signature == checked(case, other).signature, other


def test_repeated_and_joined_headers_are_the_same() -> None:
    """A header sent twice is the header sent once with both values, in their order (A3)."""
    twice = HttpRequest("GET", "/", (("Host", "localhost"), ("Accept", "a"), ("accept", "b")))
    case = Signing(twice)
    signed = signed_in_header(case)
    kept = tuple(pair for pair in signed.request.headers if pair[0].lower() != "accept")
    assert checked(case, signed.request._replace(headers=(*kept, ("Accept", "a,b"))))
    swapped = signed.request._replace(headers=(*kept, ("Accept", "b"), ("Accept", "a")))
    refused(case, Mutation("order of values", swapped, WRONG), presigned=False)


def test_the_body_of_an_s3_url_is_not_signed() -> None:
    """Whoever holds a presigned PUT may upload what they like: UNSIGNED-PAYLOAD (A4)."""
    case = Signing(HttpRequest("PUT", "/amzn-s3-demo-bucket/a.txt", (("Host", "localhost"),)), service="s3")
    request = signed_in_query(case).request._replace(body=b"anything")
    assert checked(case, request).body == b"anything"


def test_a_captured_request_passes_again_inside_the_window() -> None:
    """A signature proves nothing about replay for fifteen minutes (A10)."""
    case = Signing(HttpRequest("GET", "/", (("Host", "localhost"),)))
    request = signed_in_header(case).request
    for seconds in (0, 1, 900):
        again = replace(case, at=later(NOON, seconds))
        assert NOON + timedelta(seconds=seconds) == again.at
        assert checked(again, request)


@given(cases(), st.booleans())
def test_another_secret_is_refused(case: Signing, presigned: bool) -> None:
    """Whoever does not know the secret signs nothing."""
    own = case.credentials
    forger = replace(case, credentials=Credentials(own.access_key_id, own.secret_access_key[:-1], own.session_token))
    signed = (signed_in_query if presigned else signed_in_header)(forger)
    refused(case, Mutation("secret", signed.request, WRONG), presigned=presigned)
