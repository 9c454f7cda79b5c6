"""An OpenID Connect issuer on loopback: discovery, keys that rotate, signed ID tokens. For lessons and tests."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from iamkit.cloud.federation.fetching import LoopbackFetch
from iamkit.cloud.federation.oidc import SOURCE_IDENTITY, TAGS
from iamkit.cloud.federation.seeded import seeded_key

MINUTES = timedelta(minutes=1)
DISCOVERY = "/.well-known/openid-configuration"
JWKS = "/.well-known/jwks"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the ID under which its public part is published."""

    kid: str
    private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

    @property
    def algorithm(self) -> str:
        """Name the algorithm that the key signs with."""
        return "ES256" if isinstance(self.private, ec.EllipticCurvePrivateKey) else "RS256"

    @property
    def jwk(self) -> dict[str, str]:
        """Write the public part as a JSON Web Key."""
        about = {"kid": self.kid, "use": "sig", "alg": self.algorithm}
        return _public(self.private) | about

    def sign(self, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
        """Sign a token; ES256 gives the same signature for the same token every time (RFC 6979)."""
        data = ".".join(_base64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            der = self.private.sign(data.encode(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
            signature = b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(der))
        else:
            signature = self.private.sign(data.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{data}.{_base64url(signature)}"


class Issuer:
    """An issuer that serves while its block runs, and signs tokens with its newest key.

    `clock` gives the time, aware. `url` is the name that the issuer goes by in its tokens; by default that is its own
    address, else `fetch` asks this issuer wherever that name is meant. With a `seed`, keys and ES256 tokens are the
    same in every run; RS256 keys are made anew each time.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        url: str | None = None,
        seed: int | None = None,
        algorithm: str = "ES256",
        port: int = 0,
    ) -> None:
        if algorithm not in ("ES256", "RS256"):
            raise ValueError(f"unknown algorithm `{algorithm}`\nhelp: ES256 or RS256")
        self._clock = clock
        self._url = url
        self._seed = seed
        self._algorithm = algorithm
        self._port = port
        self._made = 0
        self._tokens = 0
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self.keys: tuple[SigningKey, ...] = ()
        self.rotate()

    def __enter__(self) -> Issuer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Issuer:
        """Begin to serve, until it is stopped or the process ends."""
        self._server = _Server(self, self._port)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="iamkit-issuer", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving; does nothing for an issuer that does not."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
        self._server = self._thread = None

    def __repr__(self) -> str:
        return f"Issuer({self._url or 'on loopback'}, {self._algorithm}, {len(self.keys)} keys)"

    @property
    def address(self) -> str:
        """Give where it serves; RuntimeError while it does not."""
        if self._server is None:
            raise RuntimeError("the issuer does not run\nhelp: use it as `with Issuer(clock) as issuer:`, or start it")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """Give the issuer's name, as in the claim `iss`."""
        return self._url or self.address

    @property
    def fetch(self) -> LoopbackFetch:
        """Give what fetches this issuer's documents by its name."""
        return LoopbackFetch({self.url: self.address})

    def rotate(self, keep: int = 1) -> SigningKey:
        """Sign with a new key from now on; of the old ones, that many newest stay published."""
        key = self._new_key()
        self.keys = (key, *self.keys[: max(keep, 0)])
        return key

    def discovery(self) -> dict[str, Any]:
        """Give the discovery document."""
        return {
            "issuer": self.url,
            "jwks_uri": self.address + JWKS,
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [self._algorithm],
        }

    def jwks(self) -> dict[str, Any]:
        """Give the public keys."""
        return {"keys": [key.jwk for key in self.keys]}

    def token(
        self,
        subject: str,
        audience: str | Sequence[str] = "sts.amazonaws.com",
        lifetime: timedelta = 5 * MINUTES,
        *,
        principal_tags: Mapping[str, str] | None = None,
        transitive_tag_keys: Sequence[str] = (),
        source_identity: str | None = None,
        **claims: Any,
    ) -> str:
        """Sign an ID token; further `claims` come on top, and one that is None is left out."""
        now = int(self._clock().timestamp())
        values: dict[str, Any] = {
            "iss": self.url,
            "sub": subject,
            "aud": audience if isinstance(audience, str) else list(audience),
            "iat": now,
            "nbf": now,
            "exp": now + int(lifetime.total_seconds()),
            "jti": self._token_id(),
        }
        if principal_tags or transitive_tag_keys:
            tags = {key: [value] for key, value in (principal_tags or {}).items()}
            values[TAGS] = {"principal_tags": tags, "transitive_tag_keys": list(transitive_tag_keys)}
        if source_identity is not None:
            values[SOURCE_IDENTITY] = source_identity
        values = {name: value for name, value in (values | claims).items() if value is not None}
        key = self.keys[0]
        return key.sign({"alg": key.algorithm, "typ": "JWT", "kid": key.kid}, values)

    def github_token(
        self,
        repository: str,
        ref: str = "refs/heads/main",
        *,
        environment: str | None = None,
        audience: str = "sts.amazonaws.com",
        **claims: Any,
    ) -> str:
        """Sign a token such as a GitHub Actions job gets; `repository` is ORG/REPO.

        The subject of a job with an environment names that and not the ref.
        """
        if ref == "pull_request":
            subject, event, ref = f"repo:{repository}:pull_request", "pull_request", "refs/pull/1/merge"
        else:
            subject, event = f"repo:{repository}:ref:{ref}", "push"
        if environment is not None:
            subject = f"repo:{repository}:environment:{environment}"
        about = {
            "repository": repository,
            "repository_owner": repository.partition("/")[0],
            "ref": ref,
            "ref_type": "tag" if ref.startswith("refs/tags/") else "branch",
            "event_name": event,
            "environment": environment,
            "workflow": "deploy",
            "runner_environment": "github-hosted",
        }
        return self.token(subject, audience, **(about | claims))

    def kubernetes_token(
        self, namespace: str, service_account: str, audience: str = "sts.amazonaws.com", **claims: Any
    ) -> str:
        """Sign a token such as a pod gets for its service account."""
        about = {"kubernetes.io": {"namespace": namespace, "serviceaccount": {"name": service_account}}}
        subject = f"system:serviceaccount:{namespace}:{service_account}"
        return self.token(subject, [audience], timedelta(days=1), **(about | claims))

    def _new_key(self) -> SigningKey:
        self._made += 1
        private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
        if self._algorithm == "RS256":
            private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        else:
            private = seeded_key(self._seed, f"issuer {self._made}")
        members = json.dumps(_public(private), separators=(",", ":"), sort_keys=True)
        return SigningKey(_base64url(hashlib.sha256(members.encode()).digest()), private)

    def _token_id(self) -> str:
        self._tokens += 1
        if self._seed is None:
            return secrets.token_hex(16)
        return hashlib.sha256(f"token {self._seed} {self._tokens}".encode()).hexdigest()[:32]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Closing does not wait for a client that holds its connection open.
    block_on_close = False

    def __init__(self, issuer: Issuer, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.issuer = issuer


class _Handler(BaseHTTPRequestHandler):
    server_version = "iamkit"
    sys_version = ""
    timeout = 5

    def do_GET(self) -> None:
        """Answer with one of the two documents."""
        server = self.server
        assert isinstance(server, _Server)
        issuer, port = server.issuer, server.server_address[1]
        documents = {urlsplit(issuer.url).path.rstrip("/") + DISCOVERY: issuer.discovery, JWKS: issuer.jwks}
        # A foreign name that resolves to loopback is a web page's way in.
        if self.headers.get_all("Host") not in ([f"127.0.0.1:{port}"], [f"localhost:{port}"]):
            self._answer(421, {"error": "this server is 127.0.0.1 and nobody else"})
        elif self.path in documents:
            self._answer(200, documents[self.path]())
        else:
            self._answer(404, {"error": "not found"})

    def _answer(self, status: int, document: Mapping[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the program's own output clean."""


def _public(private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> dict[str, str]:
    if isinstance(private, ec.EllipticCurvePrivateKey):
        point = private.public_key().public_numbers()
        x, y = (_base64url(number.to_bytes(32, "big")) for number in (point.x, point.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    numbers = private.public_key().public_numbers()
    e, n = (_base64url(number.to_bytes((number.bit_length() + 7) // 8, "big")) for number in (numbers.e, numbers.n))
    return {"kty": "RSA", "e": e, "n": n}


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
