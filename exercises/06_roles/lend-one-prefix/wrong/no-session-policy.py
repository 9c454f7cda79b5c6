def lend(sts, role, bucket, customer):
    """Whoever has this session may do all that the role may."""
    answer = sts.assume_role(RoleArn=role, RoleSessionName=customer, DurationSeconds=900)
    return answer["Credentials"]
