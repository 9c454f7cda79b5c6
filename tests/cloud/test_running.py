"""`iamkit run` and `iamkit why`, as commands, against a cloud of another process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from iamkit.cloud.clients import Keys, make_client
from tests.cloud.test_local_cloud import trust
from tests.cloud.test_serving import lines, started

IAMKIT = (sys.executable, "-m", "iamkit")
LIST = "import boto3; print(boto3.client('sqs').list_queues().get('QueueUrls', []))"
POLICY = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"},
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A cloud with two roles, that Lambda and EC2 may assume; gives the file with its line of JSON."""
    with started("--json", "--seed", "1") as process:
        line = lines(process, 1)[0]
        cloud = json.loads(line)
        keys = cloud["administrators"]["111122223333"]
        iam = make_client(cloud["endpoint"], "iam", Keys(keys["accessKeyId"], keys["secretAccessKey"]))
        for role in ("app", "reader"):
            iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"}))
        iam.put_role_policy(RoleName="reader", PolicyName="read", PolicyDocument=json.dumps(POLICY))
        file = tmp_path_factory.mktemp("cloud") / "cloud.json"
        file.write_text(line, encoding="utf-8")
        yield str(file)


def iamkit(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line."""
    return subprocess.run([*IAMKIT, *words], capture_output=True, text=True, check=False)


def test_what_the_role_lacks_shows_on_the_laptop(told: str) -> None:
    """The program fails as it would after deploying, and the statement that mends it is printed."""
    ran = iamkit("run", "--role", "app", "--cloud", told, "--", sys.executable, "-c", LIST)
    assert ran.returncode == 1
    assert "AccessDenied" in ran.stderr
    assert "no identity-based policy allows the sqs:ListQueues action" in ran.stderr
    assert '{"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}' in ran.stderr
    assert "really:         lambda.amazonaws.com" in ran.stderr


def test_what_the_role_may_do_works_and_nothing_is_said(told: str) -> None:
    """The program's output is its own."""
    ran = iamkit("run", "--role", "reader", "--cloud", told, "--", sys.executable, "-c", LIST)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "[]\n", "")


def test_the_status_is_the_program_s(told: str) -> None:
    """Scripts can go by it; a program that is not there is 127, as in a shell."""
    assert iamkit("run", "--role", "app", "--cloud", told, "--", sys.executable, "-c", "exit(7)").returncode == 7
    missing = iamkit("run", "--role", "app", "--cloud", told, "--", "no-such-program")
    assert (missing.returncode, missing.stderr) == (127, "iamkit: there is no program `no-such-program`\n")


def test_the_cli_stays_on_loopback(told: str) -> None:
    """PyPI's `aws` overlooks AWS_ENDPOINT_URL for SQS: it is answered by the local cloud all the same."""
    aws = str(Path(sys.executable).parent / "aws")
    ran = iamkit("run", "--role", "app", "--cloud", told, "--", aws, "sqs", "list-queues")
    assert ran.returncode == 255 or ran.returncode == 254
    assert "assumed-role/app/iamkit-run is not authorized to perform: sqs:ListQueues" in ran.stderr
    assert "refused `CONNECT" not in ran.stderr


def test_why_explains_the_last_denial_or_one_by_its_number(told: str) -> None:
    """Gate, and what would mend it; all of them in lines, or as JSON."""
    iamkit("run", "--role", "app", "--cloud", told, "--", sys.executable, "-c", LIST)
    last = iamkit("why", "--cloud", told)
    assert last.returncode == 0
    assert "decided by:     the gate `identity-based policies`: no statement allows it" in last.stdout
    number = last.stdout.partition("denial ")[2].partition(":")[0]
    assert iamkit("why", number, "--cloud", told).stdout == last.stdout
    assert iamkit("why", "last", "--cloud", told).stdout == last.stdout
    assert (
        f"{number}: arn:aws:sts::111122223333:assumed-role/app/iamkit-run: sqs:ListQueues"
        in iamkit("why", "--list", "--cloud", told).stdout
    )
    assert json.loads(iamkit("why", "--json", "--cloud", told).stdout)["number"] == int(number)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "--role", "nobody", "--", "true"), "there is no role `nobody`\nhelp: there are `app`, `reader`"),
        (("run", "--role", "app", "--as", "ec2.amazonaws.com", "--", "true"), "no role trust policy allows"),
        (("why", "0"), "`0` is the number of no denial"),
    ],
)
def test_what_cannot_be_done_is_said(told: str, words: tuple[str, ...], message: str) -> None:
    """One line and help, no traceback."""
    iamkit("run", "--role", "app", "--cloud", told, "--", sys.executable, "-c", LIST)
    ran = iamkit(words[0], "--cloud", told, *words[1:])
    assert ran.returncode == 1
    assert message in ran.stderr
    assert "Traceback" not in ran.stderr


def test_without_a_cloud_it_says_how_to_start_one() -> None:
    """Help, and status 1."""
    ran = iamkit("why", "--cloud", "4999")
    assert (ran.returncode, ran.stderr) == (
        1,
        "Error: no local cloud runs at `4999`\nhelp: start one in another terminal: iamkit cloud\n",
    )
