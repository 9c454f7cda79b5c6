def key_that_signs(code, environment, credentials, config):
    """Return the access key ID that boto3 would sign with."""
    if code.get("aws_access_key_id"):
        return code["aws_access_key_id"]
    if "profile_name" not in code and environment.get("AWS_ACCESS_KEY_ID"):
        return environment["AWS_ACCESS_KEY_ID"]
    profile = code.get("profile_name") or environment.get("AWS_PROFILE") or "default"
    for file in (credentials, config):
        if file.get(profile, {}).get("aws_access_key_id"):
            return file[profile]["aws_access_key_id"]
    return "instance metadata"
