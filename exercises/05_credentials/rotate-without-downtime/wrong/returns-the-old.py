import json


def rotate(iam, secrets, user, secret):
    """Give a user a new key while its application goes on; return the new key's ID."""
    old = []
    for each in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]:
        if each["Status"] == "Inactive":
            iam.delete_access_key(UserName=user, AccessKeyId=each["AccessKeyId"])
        else:
            old.append(each["AccessKeyId"])
    key = iam.create_access_key(UserName=user)["AccessKey"]
    text = json.dumps({"AccessKeyId": key["AccessKeyId"], "SecretAccessKey": key["SecretAccessKey"]})
    secrets.put_secret_value(SecretId=secret, SecretString=text)
    for each in old:
        iam.update_access_key(UserName=user, AccessKeyId=each, Status="Inactive")
    return old[0]
