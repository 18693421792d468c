"""The strict S3 server has the semantics that the default one lacks: 206, 412 and refusals."""

from __future__ import annotations

import uuid

import boto3
import botocore.exceptions
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from seisbus.local import ServerHandle


def test_ranges_and_conditions_are_answered_as_amazon_does(strict_s3_server: ServerHandle) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=strict_s3_server.url,
        region_name="us-west-2",
        config=Config(signature_version=UNSIGNED),
    )
    bucket = f"test-{uuid.uuid4().hex[:12]}"
    client.create_bucket(Bucket=bucket)
    etag = client.put_object(Bucket=bucket, Key="object", Body=bytes(range(256)))["ETag"]

    part = client.get_object(Bucket=bucket, Key="object", Range="bytes=10-19", IfMatch=etag)
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert part["Body"].read() == bytes(range(10, 20))
    with pytest.raises(botocore.exceptions.ClientError, match="PreconditionFailed"):
        client.get_object(Bucket=bucket, Key="object", IfMatch='"another version"')
    with pytest.raises(botocore.exceptions.ClientError, match="NoSuchKey"):
        client.get_object(Bucket=bucket, Key="nothing")
    client.close()
