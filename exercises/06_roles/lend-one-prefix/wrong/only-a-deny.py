import json


def lend(sts, role, bucket, customer):
    """Return credentials that read what is below `customer/` in the bucket, for 15 minutes."""
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Deny",
            "Action": "s3:GetObject",
            "NotResource": f"arn:aws:s3:::{bucket}/{customer}/*",
        },
    }
    answer = sts.assume_role(
        RoleArn=role,
        RoleSessionName=customer,
        DurationSeconds=900,
        Policy=json.dumps(policy),
    )
    return answer["Credentials"]
