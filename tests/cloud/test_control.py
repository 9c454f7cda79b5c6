"""The owner of a cloud may ask more of it; nobody else may, however they ask."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http.client import HTTPConnection
from typing import Any

import pytest

from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.registry import NoCloud, Running
from iamkit.cloud.remote import Refusal, ask
from tests.cloud.test_local_cloud import allow, refused, trust, user


def owner(cloud: LocalCloud) -> Running:
    """Be whoever started it."""
    return Running(cloud.endpoint, cloud.control.token)


def send(cloud: LocalCloud, path: str, headers: dict[str, str], method: str = "POST", body: str = "{}") -> Any:
    """Send a request of any kind; give status and JSON."""
    connection = HTTPConnection("127.0.0.1", int(cloud.endpoint.rpartition(":")[2]))
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    given = answer.status, json.loads(answer.read())
    connection.close()
    return given


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "TOKEN"},
        {"Authorization": "Bearer TOKEN", "Origin": "http://127.0.0.1"},
        {"Authorization": "Bearer TOKEN", "Host": "evil.example:80"},
        {"Authorization": "Bearer TOKEN", "Sec-Fetch-Mode": "cors"},
    ],
)
def test_nobody_else_is_answered(cloud: LocalCloud, headers: dict[str, str]) -> None:
    """Without the token, from a web page or under another name nothing happens."""
    given = {name: value.replace("TOKEN", cloud.control.token) for name, value in headers.items()}
    status, answer = send(cloud, "/_iamkit/reset", given)
    assert status in (403, 421)
    assert set(answer) == {"error"}
    assert cloud.client("sts").get_caller_identity()["Account"] == "111122223333"


def test_signed_requests_are_no_owner_s(cloud: LocalCloud) -> None:
    """An administrator's signature does not open what the token opens, and the token signs nothing."""
    token = {"Authorization": f"Bearer {cloud.control.token}"}
    assert send(cloud, "/_iamkit/nothing", token)[0] == 404
    assert send(cloud, "/_iamkit/events", token, "GET")[0] == 404
    assert cloud.control.token not in cloud.trail.as_json()


def test_bad_questions_are_answered_in_words(cloud: LocalCloud) -> None:
    """One line that says what is wrong."""
    token = {"Authorization": f"Bearer {cloud.control.token}"}
    assert send(cloud, "/_iamkit/role-session", token) == (400, {"error": "`role` is missing: it must be text"})
    assert send(cloud, "/_iamkit/role-session", token, body="[]") == (400, {"error": "the body must be a JSON object"})
    assert send(cloud, "/_iamkit/let-pass", token, body='{"seconds": "1"}')[0] == 400
    assert send(cloud, "/_iamkit/let-pass", token, body='{"seconds": -1}')[0] == 400
    assert send(cloud, "/_iamkit/open-account", token, body='{"account": "12"}')[0] == 400
    assert send(cloud, "/_iamkit/events", token, body="{")[0] == 400


def test_a_session_for_the_service_that_the_role_trusts(cloud: LocalCloud) -> None:
    """`lambda` assumes it, as it will when the program is deployed (E26)."""
    cloud.client("iam").create_role(
        RoleName="app", AssumeRolePolicyDocument=trust({"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]})
    )
    made = ask(owner(cloud), "role-session", role="app")
    assert made["arn"] == "arn:aws:sts::111122223333:assumed-role/app/iamkit-run"
    keys = {name[0].upper() + name[1:]: value for name, value in made.items()}
    assert cloud.client("sts", keys).get_caller_identity()["Arn"] == made["arn"]
    by_arn = ask(owner(cloud), "role-session", role="arn:aws:iam::111122223333:role/app", service="ec2.amazonaws.com")
    assert by_arn["arn"] == made["arn"]


def test_a_session_for_the_administrator(cloud: LocalCloud) -> None:
    """A role that trusts its account is assumed by the administrator."""
    cloud.client("iam").create_role(RoleName="ops", AssumeRolePolicyDocument=trust({"AWS": "111122223333"}))
    assert ask(owner(cloud), "role-session", role="ops")["arn"].endswith(":assumed-role/ops/iamkit-run")


def test_nobody_becomes_what_the_trust_policy_keeps_shut(cloud: LocalCloud) -> None:
    """The trust policy decides, for the owner of the cloud too."""
    iam = cloud.client("iam")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"}))
    iam.create_role(RoleName="shut", AssumeRolePolicyDocument=trust({"AWS": "444455556666"}))
    with pytest.raises(Refusal, match="no role trust policy allows"):
        ask(owner(cloud), "role-session", role="app", service="ec2.amazonaws.com")
    with pytest.raises(Refusal, match="is not authorized to perform: sts:AssumeRole"):
        ask(owner(cloud), "role-session", role="shut")
    with pytest.raises(Refusal, match="there is no role `ap`\nhelp: there are `app`, `shut`"):
        ask(owner(cloud), "role-session", role="ap")


def test_a_name_in_two_accounts_is_asked_back(cloud: LocalCloud) -> None:
    """Which one is meant is said by the account or by the ARN."""
    for account in cloud.accounts:
        iam = cloud.client("iam", cloud.administrator(account))
        iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
    with pytest.raises(Refusal, match="a role in several accounts"):
        ask(owner(cloud), "role-session", role="app")
    assert ":444455556666:" in ask(owner(cloud), "role-session", role="app", account="444455556666")["arn"]


def test_denials_of_one_key_and_of_the_sessions_made_with_it(cloud: LocalCloud) -> None:
    """A program's own denials, also of the roles that it goes on to assume."""
    iam = cloud.client("iam")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
    iam.put_role_policy(RoleName="app", PolicyName="p", PolicyDocument=allow("sts:AssumeRole"))
    iam.create_role(RoleName="next", AssumeRolePolicyDocument=trust({"AWS": "111122223333"}))
    refused(cloud.client("s3", user(cloud, "alice")).list_buckets)
    made = ask(owner(cloud), "role-session", role="app")
    first = {name[0].upper() + name[1:]: value for name, value in made.items()}
    refused(cloud.client("sqs", first).list_queues)
    role = "arn:aws:iam::111122223333:role/next"
    second = cloud.client("sts", first).assume_role(RoleArn=role, RoleSessionName="on")
    refused(cloud.client("sns", second).list_topics)
    found = ask(owner(cloud), "denials", accessKeyId=made["accessKeyId"])["denials"]
    assert [each["action"] for each in found] == ["sqs:ListQueues", "SNS:ListTopics"] or [
        each["action"].lower() for each in found
    ] == ["sqs:listqueues", "sns:listtopics"]


def test_reset_begins_again_with_the_same_names(cloud: LocalCloud) -> None:
    """Nothing is left of what was, and the same calls give the same keys."""
    given = []
    for _ in range(2):
        ask(owner(cloud), "reset", seed=3)
        made = ask(owner(cloud), "open-account", account="111122223333")
        keys = {name[0].upper() + name[1:]: value for name, value in made.items()}
        iam = cloud.client("iam", keys)
        assert [each["UserName"] for each in iam.list_users()["Users"]] == ["administrator"]
        iam.create_user(UserName="carol")
        given.append(iam.create_access_key(UserName="carol")["AccessKey"]["AccessKeyId"])
    assert given[0] == given[1]
    assert len(cloud.trail) == 3


def test_a_cloud_that_is_gone_does_not_answer() -> None:
    """It is said, and not waited for."""
    with pytest.raises(NoCloud, match="does not answer"):
        ask(Running("http://127.0.0.1:9", "token"), "events")


def test_root_s_keys_are_the_owner_s_to_have(cloud: LocalCloud) -> None:
    """Of an account that there is, and the same ones as the cloud itself gives."""
    given = ask(owner(cloud), "root", account="111122223333")
    assert given["accessKeyId"] == cloud.root().access_key_id
    keys = {"AccessKeyId": given["accessKeyId"], "SecretAccessKey": given["secretAccessKey"]}
    assert cloud.client("sts", keys).get_caller_identity()["Arn"] == "arn:aws:iam::111122223333:root"
    with pytest.raises(Refusal, match="there is no account `999999999999`"):
        ask(owner(cloud), "root", account="999999999999")


def test_an_instance_and_what_was_asked_there(cloud: LocalCloud) -> None:
    """The owner starts its metadata service and sees who asked with a token, and who without."""
    cloud.client("iam").create_role(RoleName="web", AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
    started = ask(owner(cloud), "instance", role="web", httpTokens="required")
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(started["endpoint"] + "/latest/meta-data/", timeout=10)
    seen = ask(owner(cloud), "instance-requests", instanceId=started["instanceId"])["requests"]
    assert seen == [{"method": "GET", "path": "/latest/meta-data/", "token": False, "status": 401}]
    with pytest.raises(Refusal, match="no role `nobody`"):
        ask(owner(cloud), "instance", role="nobody")
    with pytest.raises(Refusal, match="no such instance"):
        ask(owner(cloud), "instance-requests", instanceId="i-0")
    ask(owner(cloud), "reset", seed=1)
    with pytest.raises(Refusal, match="no such instance"):
        ask(owner(cloud), "instance-requests", instanceId=started["instanceId"])
