"""IAM, as far as moto is not it: simulations, boundaries, credential reports, last use, what may not be deleted."""

from iamkit.cloud.iam.credential_report import Account
from iamkit.cloud.iam.service import Iam

__all__ = ["Account", "Iam"]
