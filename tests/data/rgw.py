"""A real Ceph with its S3 gateway for all tests of a run, started once and stopped by the last."""

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3

SERVICE = Path(__file__).parents[2] / "deploy/services/ceph-rgw"
KEY, SECRET = "arkiv-test", "arkiv-test-secret"
ENDPOINT = "http://127.0.0.1:7480"
BUCKET = "records"


def installed() -> bool:
    path = f"{os.environ['PATH']}:/usr/sbin"
    return all(shutil.which(name, path=path) for name in ("ceph-mon", "ceph-osd", "radosgw"))


@contextmanager
def _users(folder: Path) -> Iterator[list[int]]:
    """Who uses the server now; nobody else looks meanwhile."""
    with (folder / "users").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        users = json.loads(file.read() or "[]")
        yield users
        file.truncate(0)
        file.write(json.dumps(users))


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The endpoint of a server that all processes with this folder share."""
    folder.mkdir(exist_ok=True)
    with _users(folder) as users:
        if not users:
            with (folder / "log").open("w") as log:
                command = ["bash", SERVICE, "start", folder / "ceph"]
                subprocess.run(command, check=True, stdout=log, stderr=log)
            client().create_bucket(Bucket=BUCKET)
        users.append(os.getpid())
    try:
        yield ENDPOINT
    finally:
        with _users(folder) as users:
            users.remove(os.getpid())
            if not users:
                subprocess.run(["bash", SERVICE, "stop", folder / "ceph"], check=True)


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
