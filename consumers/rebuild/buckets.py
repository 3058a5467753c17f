"""Whether the buckets of a rebuild are there: asked before anything is made."""

from http import HTTPStatus
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, ParamValidationError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


class BucketError(Exception):
    """A bucket that can't be used; the message names it, and the option that names another."""


def check_bucket(client: "S3Client", name: str, option: str) -> None:
    """Refuse a bucket that is not there, or is not for the one who asks, which S3 says of someone else's, too.

    Raises:
        BucketError: it can't be used.
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: S3 can't be asked.
    """
    try:
        client.head_bucket(Bucket=name)
    except ParamValidationError as error:
        raise BucketError(f"no bucket can be called {name!r:.80}: name one by {option}") from error
    except ClientError as error:
        # The answer to HEAD has no body, so that the status is all that it says (Amazon S3 API Reference, HeadBucket).
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == HTTPStatus.NOT_FOUND:
            raise BucketError(f"there is no bucket {name!r:.80}: name another by {option}") from error
        if status == HTTPStatus.FORBIDDEN:
            raise BucketError(
                f"the bucket {name!r:.80} is someone else's, or you have no s3:ListBucket on it: look at {option}"
            ) from error
        raise
