"""The judges of code exercises, by the name that an exercise.toml gives: one module a theme."""

from iamkit.course.judges.canonical_requests import CANONICAL_REQUEST
from iamkit.course.judges.cases import Call, Case, Judge, Refusal
from iamkit.course.judges.chains import KEY_THAT_SIGNS
from iamkit.course.judges.denials import DENIAL_MESSAGE
from iamkit.course.judges.grants import GRANT_READ
from iamkit.course.judges.holes import ALL_VALUES_HOLE
from iamkit.course.judges.leaks import LEAKED_KEYS
from iamkit.course.judges.metadata_calls import METADATA_CREDENTIALS
from iamkit.course.judges.own_apis import OWN_API
from iamkit.course.judges.phases import PHASE_OF_ERROR
from iamkit.course.judges.presigned_urls import PRESIGNED_URL
from iamkit.course.judges.principals import READ_ARN, SAME_PRINCIPAL
from iamkit.course.judges.processes import PROCESS_DOCUMENT
from iamkit.course.judges.reports import OLD_KEYS
from iamkit.course.judges.rotations import ROTATED_KEY
from iamkit.course.judges.scoped_sessions import SCOPED_SESSION
from iamkit.course.judges.signers import BROKEN_SIGNER
from iamkit.course.judges.signing_keys import SIGNING_KEY
from iamkit.course.judges.trails import WHO_REALLY_ACTED

__all__ = ["JUDGES", "Call", "Case", "Judge", "Refusal"]

JUDGES: dict[str, Judge] = {
    judge.name: judge
    for judge in (
        SIGNING_KEY,
        CANONICAL_REQUEST,
        BROKEN_SIGNER,
        PRESIGNED_URL,
        OWN_API,
        SCOPED_SESSION,
        WHO_REALLY_ACTED,
        DENIAL_MESSAGE,
        GRANT_READ,
        READ_ARN,
        PHASE_OF_ERROR,
        SAME_PRINCIPAL,
        OLD_KEYS,
        KEY_THAT_SIGNS,
        LEAKED_KEYS,
        PROCESS_DOCUMENT,
        METADATA_CREDENTIALS,
        ROTATED_KEY,
        ALL_VALUES_HOLE,
    )
}
