"""A real Ceph with its S3 gateway for all tests of a run, started once and stopped by the last."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from shared_server import shared

SERVICE = Path(__file__).parents[2] / "deploy/services/ceph-rgw"
KEY, SECRET = "arkiv-test", "arkiv-test-secret"
ENDPOINT = "http://127.0.0.1:7480"
BUCKET = "records"


def installed() -> bool:
    path = f"{os.environ['PATH']}:/usr/sbin"
    return all(shutil.which(name, path=path) for name in ("ceph-mon", "ceph-osd", "radosgw"))


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The endpoint of a server that all processes with this folder share."""

    def start() -> None:
        with (folder / "log").open("w") as log:
            command = ["bash", SERVICE, "start", folder / "ceph"]
            subprocess.run(command, check=True, stdout=log, stderr=log)
        client().create_bucket(Bucket=BUCKET)

    def stop() -> None:
        subprocess.run(["bash", SERVICE, "stop", folder / "ceph"], check=True)

    with shared(folder, start, stop):
        yield ENDPOINT


def reclaim(folder: Path) -> None:
    """Give back the room of what was deleted, which the server else does after hours."""
    conf = folder / "ceph/ceph.conf"
    command = ["radosgw-admin", "-c", conf, "gc", "process", "--include-all"]
    with (folder / "log").open("a") as log:
        subprocess.run(command, check=True, stdout=log, stderr=log)


def client(endpoint: str = ENDPOINT):
    """A client of the tests' own."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="default",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
    )


def key_file(folder: Path) -> Path:
    """A file with the key, as the settings name one."""
    file = folder / "s3.key"
    file.touch(0o600)
    file.write_text(f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n")
    return file
