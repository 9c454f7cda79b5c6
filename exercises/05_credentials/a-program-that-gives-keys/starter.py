import json


def document(answer):
    """Return what a credential_process prints for these credentials."""
    return json.dumps(
        {
            "AccessKeyId": answer["AccessKeyId"],
            "SecretAccessKey": answer["SecretAccessKey"],
            "Token": answer.get("SessionToken"),
        }
    )
