"""The only room that knows moto's and botocore's internals: read a call, execute it, write what is answered."""

from iamkit.cloud.wire.answering import error_answer, error_in, result_answer
from iamkit.cloud.wire.executing import execute
from iamkit.cloud.wire.reading import read_call

__all__ = ["error_answer", "error_in", "execute", "read_call", "result_answer"]
