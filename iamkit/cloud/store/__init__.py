"""What moto keeps, as the rest of the cloud asks for it; what moto would leave wrong behind is put right here, too."""

from iamkit.cloud.store.directory import Directory, MfaDevice, OidcProvider, Role, SamlProvider, User
from iamkit.cloud.store.functions import Deployed, deployed
from iamkit.cloud.store.organization import Organization
from iamkit.cloud.store.resources import Resources

__all__ = [
    "Deployed",
    "Directory",
    "MfaDevice",
    "OidcProvider",
    "Organization",
    "Resources",
    "Role",
    "SamlProvider",
    "User",
    "deployed",
]
