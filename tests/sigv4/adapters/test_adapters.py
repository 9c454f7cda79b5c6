"""What the adapters share; each needs its own package and no other."""

from __future__ import annotations

import subprocess
import sys

import pytest

from iamkit.sigv4.adapters.common import host_of

PACKAGES = {"requests", "httpx", "botocore", "asyncio", "urllib3"}
NEEDS: dict[str, set[str]] = {
    "iamkit.sigv4": set(),
    "iamkit.sigv4.adapters": set(),
    "iamkit.sigv4.adapters.common": set(),
    "iamkit.sigv4.adapters.wsgi": set(),
    "iamkit.sigv4.adapters.asgi": {"asyncio"},
    "iamkit.sigv4.adapters.requests": {"requests", "urllib3"},
    "iamkit.sigv4.adapters.httpx": {"httpx"},
    "iamkit.sigv4.adapters.botocore": {"botocore", "urllib3"},
}


@pytest.mark.parametrize("module", NEEDS)
def test_an_adapter_imports_its_own_package_only(module: str) -> None:
    """Whoever verifies WSGI requests installs no HTTP client."""
    program = f"import sys, {module}; print(*sorted({PACKAGES!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    # httpx brings asyncio, and requests what it speaks HTTP with: that is theirs.
    assert NEEDS[module] == set(done.stdout.split()) - ({"asyncio"} if "httpx" in module else set())


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.com:443/", "example.com"),
        ("https://example.com:80/", "example.com:80"),
        ("http://example.com:443/", "example.com:443"),
        ("http://[FE80::1%25eth0]:8080/", "[fe80::1]:8080"),
    ],
)
def test_the_host_leaves_out_the_usual_port(url: str, host: str) -> None:
    """Usual is what the scheme says; a zone of IPv6 means nothing to others."""
    assert host_of(url) == host
