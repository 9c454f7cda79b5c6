import csv
import io


def find(iam):
    """Return the active keys of an account that should not exist, as pairs of user and number."""
    while iam.generate_credential_report()["State"] != "COMPLETE":
        pass
    report = iam.get_credential_report()
    rows = csv.DictReader(io.StringIO(report["Content"].decode()))
    return [(row["user"], 1) for row in rows if row["access_key_1_active"] == "true"]
