"""What an explanation costs, what it never tells, and what it says where no mistake is to be found."""

from __future__ import annotations

import gzip
import hmac
import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from iamkit.sigv4 import (
    AccessKey,
    AuthenticationFailure,
    Credentials,
    Explanation,
    Fault,
    HttpRequest,
    derive_key_chain,
    explain,
    searching,
    sign_v4a,
    verify,
)
from iamkit.sigv4.searching import MOST_TRIED, MOST_WRITTEN
from tests.sigv4.broken_cases import (
    ALL,
    API,
    KINDS,
    LIST_USERS,
    NOON,
    OBJECT,
    SHOWN,
    arrived,
    checked,
    credentials_of,
    explained,
    lookup_of,
    refused,
)
from tests.sigv4.broken_headers import TOKEN, with_headers
from tests.sigv4.broken_signers import Broken, Case, Draft, Stage, send

OTHER = Credentials("AKIAIOSFODNN7EXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY")
STRANGER = Broken("stranger", Stage.CHAIN, lambda draft: setattr(draft, "secret", "AWS4" + "x" * 40))


def asked(case: Case, *mistakes: Broken, **more: Any) -> Explanation:
    """Ask for an explanation with more than the server knows."""
    request = arrived(send(case, *mistakes).request)
    return explain(request, credentials_of(case), region=case.region, service=case.service, **more)


@pytest.mark.parametrize("kind", KINDS)
def test_no_mistake_found(kind: str) -> None:
    """The explanation says so, what is most likely, and what helps."""
    explanation = explained(KINDS[kind], send(KINDS[kind], STRANGER).request)
    assert (explanation.mistakes, explanation.differences) == ((), ())
    assert explanation.likely is None
    assert explanation.sentence == (
        f"none of {explanation.tried:,} usual mistakes gives this signature: "
        "the secret is another, or the request changed on the way"
    )
    help = "check the secret access key; then compare your canonical request with the one the server expected"
    assert help == explanation.help
    assert f"{explanation.sentence}\n  help: {help}" == str(explanation) == repr(explanation)


def test_nothing_is_wrong() -> None:
    """A right signature has no mistakes."""
    explanation = asked(API)
    assert explanation.sentence == "the signature is right: the client signed what the service expects"
    assert explanation.mistakes == ()
    assert explanation.expected == explanation.likely


@pytest.mark.parametrize(
    ("listed", "wrong"), [("host;x-amz-date", "x-amz-date;host"), ("host;x-amz-date", "host;host;x-amz-date")]
)
def test_a_right_signature_with_a_wrong_list(listed: str, wrong: str) -> None:
    """The list of signed headers is named, for nothing else is wrong."""
    message = send(LIST_USERS).request
    message.replace_header("Authorization", (message.value("authorization") or "").replace(listed, wrong))
    explanation = explained(LIST_USERS, message)
    assert [mistake.name for mistake in explanation.mistakes] == ["header-names"]
    assert f"`{wrong}`; the service wants `{listed}`" in explanation.sentence


def other_failures() -> Iterator[tuple[Fault, HttpRequest, timedelta]]:
    """Requests that are refused for something else than their signature."""
    right, now = send(LIST_USERS).request, timedelta()
    yield Fault.NO_CREDENTIALS, HttpRequest("GET", "/", (("Host", "a"),)), now
    yield Fault.EXPIRED, arrived(right), timedelta(hours=1)
    yield Fault.WRONG_SCOPE, arrived(send(replace(LIST_USERS, region="us-west-2")).request), now
    yield Fault.UNKNOWN_KEY, arrived(send(replace(LIST_USERS, access_key_id="AKIAOTHER")).request), now
    yield Fault.BAD_TOKEN, arrived(send(replace(LIST_USERS, token="stale")).request), now
    yield Fault.MALFORMED_REQUEST, arrived(right)._replace(target="/%zz"), now


@pytest.mark.parametrize(("fault", "request_", "later"), list(other_failures()))
def test_other_failures_have_no_explanation(fault: Fault, request_: HttpRequest, later: timedelta) -> None:
    """They say themselves what is wrong."""
    with pytest.raises(AuthenticationFailure) as caught:
        verify(request_, lookup_of(LIST_USERS), region="eu-central-1", service="iam", now=NOON + later)
    assert fault is caught.value.fault
    assert caught.value.explanation is None


def test_a_wrong_payload_hash_has_no_explanation() -> None:
    """S3 names it before the signature."""
    failure = refused(OBJECT, replace(send(OBJECT).request, body=b"other"))
    assert failure.fault is Fault.PAYLOAD_MISMATCH
    assert failure.explanation is None


def test_a_signature_of_sigv4a_is_not_searched() -> None:
    """It is never the same twice (A8); the canonical request can still be compared."""
    case = replace(LIST_USERS, region="us-east-1")
    request = HttpRequest("GET", "/", (("Host", "iam.amazonaws.com"),))
    keys = credentials_of(case)
    signed = sign_v4a(request, keys, region_set=["us-east-1"], service="iam", at=NOON)
    tampered = signed.request._replace(target="/other")
    with pytest.raises(AuthenticationFailure) as caught:
        verify(tampered, lookup_of(case), region="us-east-1", service="iam", now=NOON)
    assert caught.value.fault is Fault.SIGNATURE_MISMATCH
    explanation = caught.value.explanation
    assert explanation is not None
    assert (explanation.mistakes, explanation.tried) == ((), 0)
    assert "SigV4A" in explanation.sentence
    compared = explain(
        tampered, keys, region="us-east-1", service="iam", client_canonical_request=signed.canonical_request
    )
    assert [each.name for each in compared.differences] == ["canonical path"]


def test_it_is_worked_out_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal costs one look-up and the HMACs of one signature; only who asks pays for more, and once."""
    sent = send(API, STRANGER).request
    looked_up: list[str] = []
    made: list[bytes] = []

    def lookup(access_key_id: str) -> AccessKey:
        looked_up.append(access_key_id)
        return AccessKey(credentials_of(API))

    def digest(key: bytes, text: bytes, name: Any) -> bytes:
        made.append(text)
        return original(key, text, name)

    original = hmac.digest
    monkeypatch.setattr(hmac, "digest", digest)
    with pytest.raises(AuthenticationFailure) as caught:
        verify(arrived(sent), lookup, region=API.region, service=API.service, now=NOON)
    assert len(made) <= 5
    before = len(made)
    first = caught.value.explanation
    assert len(made) > before + 1000
    after = len(made)
    assert first is caught.value.explanation
    assert after == len(made)
    assert [API.access_key_id] == looked_up


def hostile() -> Iterator[tuple[str, Case]]:
    """Requests that want to keep a server busy."""
    many = tuple(f"p{number}=%2F{number}" for number in range(1000))
    yield "1,000 parameters", replace(API, pieces=many)
    yield "1,000 times one parameter", replace(API, pieces=("a=%20",) * 1000)
    yield "1,000 parameters in a URL", replace(API, pieces=many, presigned=True)
    yield "100 headers", with_headers(*((f"X-Header-{number}", f" {number}  {number}") for number in range(100)))(API)
    yield "1,000 times one header", replace(API, headers=API.headers + (("X-Same", "b"),) * 1000)
    unsigned = (*(("X-Forwarded-Host", f"{number}.example.com") for number in range(1000)), *API.headers)
    yield "1,000 forwarded hosts", replace(API, headers=unsigned)
    yield "100 KB of JSON", replace(API, body=json.dumps([{"a": n, "é": [n]} for n in range(5000)]).encode())
    yield "deep JSON", replace(API, body=b"[" * 100_000 + b"]" * 100_000)
    yield "deep JSON in objects", replace(API, body=b'{"a":' * 900 + b"1" + b"}" * 900)
    yield "wide and deep JSON", replace(API, body=b"[" * 500 + b"1," * 20_000 + b"1" + b"]" * 500)
    yield "long numbers in JSON", replace(API, body=b"[" + b"9" * 100_000 + b"]")
    yield "a huge value", with_headers(("X-Huge", "  a" * 100_000))(API)
    yield "a huge path", replace(API, path="/a%20b" * 20_000)
    yield "many segments", replace(API, path="/.." * 30_000 + "//a" * 30_000)
    yield "a bomb", with_headers(("Content-Encoding", "gzip"), body=gzip.compress(bytes(50_000_000), mtime=0))(API)
    yield "a long form", replace(API, body=b"&".join(b"a%d=+%%20" % number for number in range(10_000)))


HOSTILE = dict(hostile())


@pytest.mark.parametrize("what", HOSTILE)
def test_the_search_ends(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many signatures, and so many characters of canonical requests, whatever was sent."""
    kitchens = []
    original = searching.Kitchen

    def kitchen() -> searching.Kitchen:
        kitchens.append(original())
        return kitchens[-1]

    monkeypatch.setattr(searching, "Kitchen", kitchen)
    case = HOSTILE[what]
    explanation = explained(case, send(case, STRANGER).request)
    assert explanation.mistakes == ()
    assert 100 < explanation.tried <= MOST_TRIED
    longest = 4 * len(explanation.expected) + 2 * len(case.body)
    assert kitchens[0].written <= MOST_WRITTEN + longest


@pytest.mark.parametrize("what", HOSTILE)
def test_a_mistake_is_still_found(what: str) -> None:
    """One that stands in front of the search is found in a hostile request too."""
    case = HOSTILE[what]
    explanation = explained(case, send(case, ALL["payload-unsigned"]).request)
    assert [mistake.name for mistake in explanation.mistakes] == ["payload"]


def grown(size: int) -> Iterator[tuple[str, Case]]:
    """Requests of a size."""
    yield "parameters", replace(API, pieces=tuple(f"p{number:05}=%2F" for number in range(size)))
    yield "one parameter", replace(API, pieces=("same=%20",) * size)
    yield "headers", with_headers(*((f"X-Header-{number:05}", "a  b") for number in range(size)))(API)
    yield "one header", replace(API, headers=API.headers + (("X-Same", "b"),) * size)
    yield "JSON", replace(API, body=json.dumps([{"a": "b"}] * size).encode())
    yield "form", replace(API, body=b"&".join([b"a=+%20"] * size))
    yield "segments", replace(API, path="/a%20" * size)


@pytest.mark.parametrize("what", dict(grown(1)))
def test_mistakes_grow_with_the_request_and_no_faster(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request of twice the size has twice the text in all single mistakes together, and no more of them."""

    def cost(size: int) -> tuple[int, int]:
        made: list[int] = []
        original = searching._made

        def counting(*arguments: Any) -> Iterator[searching.Single]:
            for single in original(*arguments):
                recipe = single.recipe
                pairs = sum(len(name) + len(value) for name, value in recipe.headers)
                made.append(len(recipe.path) + len(recipe.query) + pairs + len(recipe.payload))
                yield single

        with monkeypatch.context() as patched:
            patched.setattr(searching, "_made", counting)
            case = dict(grown(size))[what]
            explained(case, send(case, STRANGER).request)
        return len(made), sum(made)

    (count, text), (more, longer) = cost(500), cost(1000)
    assert count == more
    assert longer < 2.2 * text


@pytest.mark.parametrize("what", [what for what in HOSTILE if "JSON" in what])
def test_a_body_is_written_anew_a_few_times_only(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once for each pair of mistakes, and not with more white space than a server has time for."""
    written: list[int] = []
    original = json.dumps

    def dumps(*arguments: Any, **options: Any) -> str:
        text = original(*arguments, **options)
        written.append(len(text))
        return text

    case = HOSTILE[what]
    sent = send(case, STRANGER).request
    monkeypatch.setattr(json, "dumps", dumps)
    explained(case, sent)
    assert len(written) < 30
    assert sum(written) < 60_000_000
    assert max(written, default=0) < 4_200_000


def secrets_of(case: Case) -> list[str]:
    """All that nobody may read: the secret, what is derived from it, in the forms that they could slip out in."""
    chain = derive_key_chain(case.secret, case.timestamp[:8], case.region, case.service)
    raw = [case.secret.encode(), *chain, OTHER.secret_access_key.encode()]
    return [text for key in raw for text in (key.decode("latin-1"), key.hex(), key.hex().upper(), repr(key))]


def texts_of(explanation: Explanation) -> Iterator[str]:
    """Everything that an explanation holds or shows."""
    yield from (str(explanation), repr(explanation), explanation.sentence, explanation.help)
    for field in fields(explanation):
        yield repr(getattr(explanation, field.name))
    yield from (text for each in (*explanation.mistakes, *explanation.differences) for text in map(str, each))


@pytest.mark.parametrize("broken", ALL.values(), ids=ALL)
def test_secrets_stay_secret(broken: Broken) -> None:
    """Neither the secret access key nor a key that is derived from it is in any part of an explanation."""
    case = broken.on(replace(API, token=TOKEN))
    request = arrived(send(case, broken).request)
    explanation = explain(request, credentials_of(case), region=case.region, service=case.service, other_keys=[OTHER])
    shown = list(texts_of(explanation))
    assert [secret for secret in secrets_of(case) for text in shown if secret in text] == []


def test_the_token_of_the_server_is_not_told() -> None:
    """A token that the client did not send is not in the explanation; nor are other keys' tokens."""
    own = Credentials("AKIDEXAMPLE", API.secret, "TOKEN-OF-THE-SERVER")
    other = Credentials("ASIAOTHER", OTHER.secret_access_key, "TOKEN-OF-ANOTHER-KEY")
    for mistakes in ([ALL["payload-empty-hash"]], [STRANGER]):
        request = arrived(send(API, *mistakes).request)
        explanation = explain(request, own, region=API.region, service=API.service, other_keys=[other])
        assert [text for text in texts_of(explanation) if "TOKEN-OF" in text] == []


def test_a_key_of_another_is_named_by_its_id() -> None:
    """The sentence has its access key ID, and no more of it."""
    explanation = asked(replace(API, secret=OTHER.secret_access_key), other_keys=[OTHER])
    assert explanation.likely is None or explanation.mistakes == ()
    stolen = Broken("stolen", Stage.CHAIN, lambda draft: setattr(draft, "secret", f"AWS4{OTHER.secret_access_key}"))
    explanation = asked(API, stolen, other_keys=[Credentials("AKIAUNUSED", "x"), OTHER])
    assert [mistake.name for mistake in explanation.mistakes] == ["secret"]
    assert explanation.sentence == "the client used the secret access key of `AKIAIOSFODNN7EXAMPLE`"
    assert explanation.expected == explanation.likely
    assert [text for text in texts_of(explanation) if OTHER.secret_access_key in text] == []


def test_another_key_goes_with_a_mistake() -> None:
    """Both are named."""
    stolen = Broken("stolen", Stage.CHAIN, lambda draft: setattr(draft, "secret", f"AWS4{OTHER.secret_access_key}"))
    explanation = asked(API, stolen, ALL["query-unsorted"], other_keys=[OTHER])
    assert {"secret", "query-order"} == {mistake.name for mistake in explanation.mistakes}
    assert "AKIAIOSFODNN7EXAMPLE" in explanation.sentence


@pytest.mark.parametrize("broken", [ALL[name] for name in ("path-encoded-once:as-sent", "blank-line-missing")])
def test_the_clients_own_text_is_compared(broken: Broken) -> None:
    """It differs in these lines, and this mistake writes it."""
    sent = send(API, broken)
    explanation = asked(API, broken, client_canonical_request=sent.canonical_request)
    assert len(explanation.mistakes) == 1
    assert explanation == replace(explained(API, sent.request), tried=explanation.tried)


def test_the_clients_text_and_its_key_are_both_wrong() -> None:
    """The text says the one mistake, its signature the other."""
    sent = send(API, ALL["query-unsorted"], ALL["key-hex-between"])
    explanation = asked(
        API, ALL["query-unsorted"], ALL["key-hex-between"], client_canonical_request=sent.canonical_request
    )
    assert [mistake.name for mistake in explanation.mistakes] == ["query-order", "key-chain"]
    assert [each.name for each in explanation.differences] == ["canonical query"]


def test_a_clients_text_that_is_right_leaves_the_key() -> None:
    """Nothing in the request is looked for then."""
    right = send(API).canonical_request
    explanation = asked(API, ALL["key-region"], client_canonical_request=right)
    assert [mistake.name for mistake in explanation.mistakes] == ["region"]
    unknown = asked(API, ALL["query-unsorted"], client_canonical_request=right)
    assert unknown.mistakes == ()


def test_a_clients_text_that_no_mistake_writes_is_compared_all_the_same() -> None:
    """The lines differ; what led there is not known."""
    text = send(API).canonical_request.replace("POST", "FETCH").replace("x-note:Two", "x-note:One")
    explanation = asked(API, STRANGER, client_canonical_request=text)
    assert explanation.mistakes == ()
    assert [(d.line, d.name, d.column) for d in explanation.differences] == [(1, "method", 1), (7, "header x-note", 8)]
    assert explanation.sentence == "the client signed another canonical request: line 1 differs"
    assert explanation.help == "compare the lines, and sign what is sent"
    assert text == explanation.likely


TEXTS = {
    "nothing": "",
    "line breaks": "\n" * 50,
    "control characters": "GET\r\x00\x1b[31m\n/\u202e\u2028\n\ud800\udfff\udcff\n\x85",
    "long": "x" * 1_000_000,
    "many lines": "x\n" * 20_000,
}


@pytest.mark.parametrize("what", TEXTS)
def test_a_hostile_text_of_the_client(what: str) -> None:
    """Whatever the client says it built is shown line by line, in printable characters."""
    explanation = asked(LIST_USERS, STRANGER, client_canonical_request=TEXTS[what])
    assert TEXTS[what] == explanation.likely
    whole(explanation)


def whole(explanation: Explanation) -> None:
    """The plain text has the lines that it should have, and each can be printed."""
    text = str(explanation)
    lines = text.split("\n")
    assert [line for line in lines if not line.isprintable()] == []
    assert 2 + 4 * len(explanation.differences) == len(lines)
    assert lines[-1].startswith("  help: ")
    for index, difference in enumerate(explanation.differences):
        title, ours, theirs, marker = lines[1 + 4 * index : 5 + 4 * index]
        assert f"  line {difference.line}, " == title[: len(f"  line {difference.line}, ")]
        assert ours.startswith("    expected  ")
        assert theirs.startswith("    client    ")
        assert 13 + difference.column == marker.index("^")
    text.encode()


def drop_first(draft: Draft) -> None:
    """Sign a request without its first parameter."""
    del draft.signed.pieces[0]


@pytest.mark.parametrize(
    ("pieces", "mistake"),
    [
        (("a%0Ab%1B%00%E2%80%AE=1", "acl"), "parameter-added"),
        (("%FF%ED%A0%80%85=1", "%0A"), "parameter-added"),
        (("tag%0A%FF=2", "tag%0A%FF=1"), "query-repeats-dropped:last"),
        (("%0D%0A=%20",), "query-not-encoded"),
    ],
)
def test_hostile_characters_do_not_break_the_text(pieces: tuple[str, ...], mistake: str) -> None:
    """Neither line breaks, nor escape sequences, nor what is no text at all."""
    broken = Broken("parameter-added", Stage.MESSAGE, drop_first) if mistake == "parameter-added" else ALL[mistake]
    case = replace(LIST_USERS, pieces=pieces, path="/%0A%00%FF%1B")
    explanation = explained(case, send(case, broken).request)
    assert len(explanation.mistakes) == 1
    whole(explanation)


def test_hostile_headers_do_not_break_the_text() -> None:
    """A value can hold bytes that are no UTF-8, separators and directions."""
    case = with_headers(("X-Odd", "a\udcff\u2028\u202e\x85\ta"), ("Content-Type", "a/\u202e\udcfe"))(LIST_USERS)
    for broken in (ALL["header-line-missing"], ALL["line-breaks:cr"], ALL["header-last-value-only"], STRANGER):
        sent = send(case, broken)
        whole(asked(case, broken, client_canonical_request=sent.canonical_request))


@pytest.mark.parametrize("timestamp", ["99991231T120000Z", "00010101T120000Z"])
def test_the_ends_of_the_calendar(timestamp: str) -> None:
    """Half a day more or less is no time any more, and no reason to fail."""
    case = replace(LIST_USERS, timestamp=timestamp)
    assert asked(case, STRANGER).mistakes == ()


def test_an_explanation_is_the_same_every_time() -> None:
    """For the same request and the same key, to the last count."""
    for parameter in SHOWN[::40]:
        broken, case = parameter.values
        request = send(case, broken).request
        first, second = explained(case, request), explained(case, request)
        assert first == second
        assert repr(first) == repr(second)


def test_a_request_without_a_readable_signature_is_refused() -> None:
    """There is nothing to explain in it."""
    with pytest.raises(ValueError, match="no readable signature"):
        explain(HttpRequest("GET", "/"), OTHER, region="us-east-1", service="iam")


def test_a_header_that_is_lost_is_named_whatever_it_held() -> None:
    """Its value is not known then, and nothing is compared."""
    broken = Broken("lost", Stage.MESSAGE, lambda d: d.signed.headers.append(("X-Lost", "unknown")))
    explanation = explained(API, send(API, broken).request)
    assert [mistake.name for mistake in explanation.mistakes] == ["header-not-sent"]
    assert "`x-lost`" in explanation.sentence
    assert explanation.likely is None
    assert explanation.differences == ()


def test_a_request_that_verifies_is_not_explained() -> None:
    """The same server that explains accepts the right one."""
    assert checked(API, send(API).request).access_key_id == "AKIDEXAMPLE"
