"""What an instance can read about itself: a tree of folders and documents, under every version (A16).

EC2 User Guide, "Access instance metadata for an EC2 instance", "Instance metadata categories".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Document: TypeAlias = str | Callable[[], str]
Node: TypeAlias = "Document | Mapping[str, Node]"

VERSIONS = (
    "1.0", "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15", "2008-02-01", "2008-09-01",
    "2009-04-04", "2011-01-01", "2011-05-01", "2012-01-12", "2014-02-25", "2014-11-05", "2015-10-20", "2016-04-19",
    "2016-06-30", "2016-09-02", "2018-03-28", "2018-08-17", "2018-09-24", "2019-10-01", "2020-10-27", "2021-01-03",
    "2021-03-23", "2021-07-15", "2022-07-09", "2022-09-24", "2024-04-11", "latest",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What does not change while an instance runs; `launched` is written in UTC."""

    account: str
    region: str
    availability_zone: str
    instance_id: str
    image_id: str
    instance_type: str
    private_ip: str
    mac: str
    vpc: str
    launched: str
    user_data: str | None = None

    @property
    def arn(self) -> str:
        """Give the ARN of the instance."""
        return f"arn:aws:ec2:{self.region}:{self.account}:instance/{self.instance_id}"

    @property
    def _hostname(self) -> str:
        domain = "ec2.internal" if self.region == "us-east-1" else f"{self.region}.compute.internal"
        return f"ip-{self.private_ip.replace('.', '-')}.{domain}"

    def documents(self, iam: Mapping[str, Node] | None) -> Node:
        """Lay out everything under every version; without an instance profile there is no folder `iam`."""
        latest: dict[str, Node] = {
            "dynamic": {"instance-identity": {"document": self._identity}},
            "meta-data": self._metadata(iam),
        }
        if self.user_data is not None:
            latest["user-data"] = self.user_data
        return dict.fromkeys(VERSIONS, latest)

    def _metadata(self, iam: Mapping[str, Node] | None) -> Mapping[str, Node]:
        folder: dict[str, Node] = {
            "ami-id": self.image_id,
            "hostname": self._hostname,
            "instance-id": self.instance_id,
            "instance-life-cycle": "on-demand",
            "instance-type": self.instance_type,
            "local-hostname": self._hostname,
            "local-ipv4": self.private_ip,
            "mac": self.mac,
            "network": {"interfaces": {"macs": {self.mac: {"local-ipv4s": self.private_ip, "vpc-id": self.vpc}}}},
            "placement": {"availability-zone": self.availability_zone, "region": self.region},
            "services": {"domain": "amazonaws.com", "partition": "aws"},
        }
        if iam is not None:
            folder["iam"] = iam
        return dict(sorted(folder.items()))

    def _identity(self) -> str:
        return spaced(
            {
                "accountId": self.account,
                "architecture": "x86_64",
                "availabilityZone": self.availability_zone,
                "billingProducts": None,
                "devpayProductCodes": None,
                "marketplaceProductCodes": None,
                "imageId": self.image_id,
                "instanceId": self.instance_id,
                "instanceType": self.instance_type,
                "kernelId": None,
                "pendingTime": self.launched,
                "privateIp": self.private_ip,
                "ramdiskId": None,
                "region": self.region,
                "version": "2017-09-30",
            }
        )


def spaced(content: Mapping[str, Any]) -> str:
    """Write JSON with the spaces that the metadata service puts into it."""
    return json.dumps(content, indent=2, separators=(",", " : "))


def find(root: Node, path: str) -> str | Mapping[str, Node] | None:
    """Go down to a document or a folder; only a folder may be named with a slash at its end."""
    node: Node = root
    names = path.removeprefix("/").split("/")
    for number, name in enumerate(names, 1):
        if not isinstance(node, Mapping):
            return None
        if name == "" and number == len(names):
            break
        if name not in node:
            return None
        node = node[name]
    return node() if callable(node) else node


def listing(folder: Mapping[str, Node]) -> str:
    """List a folder, one name a line, folders with a slash; what a version has is listed without."""
    top = "latest" in folder or "meta-data" in folder
    return "\n".join(name + ("/" if isinstance(node, Mapping) and not top else "") for name, node in folder.items())
