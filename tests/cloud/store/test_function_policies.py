"""AddPermission's parameters become the statement that Lambda documents."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.cloud.store.function_policies import statement_of
from iamkit.policy import Policy, PolicyType

FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:work"
GIVEN = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com"}
WRITTEN = {
    "Sid": "s",
    "Effect": "Allow",
    "Principal": {"Service": "sns.amazonaws.com"},
    "Action": "lambda:InvokeFunction",
    "Resource": FUNCTION,
}
USER = "arn:aws:iam::444455556666:user/ann"


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("sns.amazonaws.com", {"Service": "sns.amazonaws.com"}),
        ("444455556666", {"AWS": "arn:aws:iam::444455556666:root"}),
        (USER, {"AWS": USER}),
        ("*", "*"),
    ],
)
def test_principals(principal: str, expected: object) -> None:
    """Developer Guide, "Granting Lambda function access to other accounts" and "to AWS services"."""
    assert statement_of({**GIVEN, "Principal": principal}, FUNCTION) == {**WRITTEN, "Principal": expected}


def test_conditions_stand_beside_each_other() -> None:
    """API reference, AddPermission: each of them narrows what is allowed; none takes another's place."""
    narrowed = {
        "SourceArn": "arn:aws:s3:::amzn-s3-demo-bucket",
        "SourceAccount": "111122223333",
        "PrincipalOrgID": "o-a1b2c3d4e5",
        "EventSourceToken": "token",
        "FunctionUrlAuthType": "NONE",
        "InvokedViaFunctionUrl": True,
    }
    assert statement_of({**GIVEN, **narrowed}, FUNCTION) == {
        **WRITTEN,
        "Condition": {
            "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::amzn-s3-demo-bucket"},
            "StringEquals": {
                "AWS:SourceAccount": "111122223333",
                "aws:PrincipalOrgID": "o-a1b2c3d4e5",
                "lambda:EventSourceToken": "token",
                "lambda:FunctionUrlAuthType": "NONE",
            },
            "Bool": {"lambda:InvokedViaFunctionUrl": "true"},
        },
    }


def test_a_layer_for_an_organization() -> None:
    """API reference, AddLayerVersionPermission: OrganizationId."""
    made = statement_of({**GIVEN, "Principal": "*", "OrganizationId": "o-a1b2c3d4e5"}, FUNCTION)
    assert made["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}


@given(
    principal=st.sampled_from(["sns.amazonaws.com", "444455556666", USER, "*"]),
    more=st.dictionaries(
        st.sampled_from(["SourceArn", "SourceAccount", "PrincipalOrgID", "EventSourceToken"]),
        st.text("abc:/*", min_size=1),
    ),
)
def test_the_engine_reads_every_statement(principal: str, more: dict[str, Any]) -> None:
    """A policy with a statement that cannot be read would keep everyone out."""
    made = statement_of({**GIVEN, "Principal": principal, **more}, FUNCTION)
    document = json.dumps({"Version": "2012-10-17", "Statement": [made]})
    policy = Policy.parse(document, type=PolicyType.RESOURCE_BASED)
    assert len(policy.statements[0].conditions) == len(more)
