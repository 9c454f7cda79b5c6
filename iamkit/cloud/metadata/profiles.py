"""Instance profiles: how a role comes to an instance, read from IAM as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from iamkit.cloud.metadata.delivering import Delivery, NoSuchRole, Unassumable
from iamkit.cloud.metadata.documents import Node, spaced
from iamkit.cloud.metadata.machines import Held
from iamkit.cloud.metadata.surroundings import Surroundings, written
from iamkit.cloud.store import backends
from iamkit.evaluation import Evaluation

_HELP = "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html"


def role_arn(surroundings: Surroundings, account: str, name: str) -> str:
    """Find a role by its name; raises NoSuchRole."""
    with surroundings.lock:
        for role in backends.backend("iam", account).roles.values() if account in backends.accounts() else ():
            if role.name == name:
                return str(role.arn)
    raise NoSuchRole(f"there is no role `{name}` in account {account}\n  help: make it first: iam.create_role(…)")


def profile_with(surroundings: Surroundings, account: str, role_name: str) -> Held:
    """Find an instance profile that has a role, or make one of the same name, as the console does."""
    role_arn(surroundings, account, role_name)
    with surroundings.lock:
        iam = backends.backend("iam", account)
        for profile in iam.instance_profiles.values():
            if any(role.name == role_name for role in profile.roles):
                return Held(profile.name, profile.id)
        surroundings.do("iam", "CreateInstanceProfile", account, InstanceProfileName=role_name)
        surroundings.do("iam", "AddRoleToInstanceProfile", account, InstanceProfileName=role_name, RoleName=role_name)
        made = iam.get_instance_profile(role_name)
        return Held(made.name, made.id)


@dataclass(frozen=True, slots=True)
class Profile:
    """An instance's profile, and who delivers the credentials of its role by each version."""

    surroundings: Surroundings
    account: str
    held: Held
    deliveries: Mapping[str, Delivery]

    def documents(self, version: str, evaluations: list[Evaluation]) -> Mapping[str, Node]:
        """Lay out the folder `iam` as one version of the service delivers it; what refused a role goes into the list.

        IAM User Guide, "Troubleshoot IAM and Amazon EC2".
        """
        with self.surroundings.lock:
            now = written(self.surroundings.clock())
            found = next(
                (
                    each
                    for each in backends.backend("iam", self.account).instance_profiles.values()
                    if each.id == self.held.unique_id
                ),
                None,
            )
            if found is None:
                missing = f"The instance profile {self._arn} was not found. Please see documentation at {_HELP}."
                return {"info": spaced({"Code": "InstanceProfileNotFound", "Message": missing, "LastUpdated": now})}
            info = {
                "Code": "Success",
                "LastUpdated": now,
                "InstanceProfileArn": found.arn,
                "InstanceProfileId": found.id,
            }
            if not found.roles:
                info["Message"] = f"Instance Profile does not contain a role. Please see documentation at {_HELP}."
                return {"info": spaced(info)}
            role = found.roles[0]

            def credentials() -> str:
                return self._credentials(role.name, role.arn, version, evaluations)

            return {"info": spaced(info), "security-credentials": {role.name: credentials}}

    @property
    def _arn(self) -> str:
        return f"arn:aws:iam::{self.account}:instance-profile/{self.held.name}"

    def _credentials(self, name: str, arn: str, version: str, evaluations: list[Evaluation]) -> str:
        """Write the role's credentials, or that EC2 cannot assume the role, which is no error of HTTP."""
        try:
            given = self.deliveries[version].credentials(arn)
        except Unassumable as refused:
            if refused.evaluation is not None:
                evaluations.append(refused.evaluation)
            return spaced(
                {
                    "Code": "AssumeRoleUnauthorizedAccess",
                    "Message": f"EC2 cannot assume the role {name}. Please see documentation at "
                    f"{_HELP}#troubleshoot_iam-ec2_errors-info-doc.",
                    "LastUpdated": written(self.surroundings.clock()),
                }
            )
        return spaced(
            {
                "Code": "Success",
                "LastUpdated": given.issued,
                "Type": "AWS-HMAC",
                "AccessKeyId": given.access_key_id,
                "SecretAccessKey": given.secret_access_key,
                "Token": given.token,
                "Expiration": given.expiration,
            }
        )
