"""Identity providers that the cloud can trust: OpenID Connect and SAML 2.0, checked, and toy ones to try (E22, E23)."""

from iamkit.cloud.federation.checking import Federation

__all__ = ["Federation"]
