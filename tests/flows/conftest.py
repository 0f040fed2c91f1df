"""A Prefect server of the tests' own, and what it says of runs."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest

from preservation.assembly.archive import make

PATIENCE = 30
"""Seconds that the server may take to have heard of what happened."""


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The flows, on a server that nobody else uses and that tells nobody of its use.

    Nothing of Prefect is imported before: it reads the environment, and takes a second.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        patch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
        patch.setenv("DO_NOT_TRACK", "1")
        from prefect import flow
        from prefect.client.orchestration import get_client
        from prefect.task_runners import ThreadPoolTaskRunner
        from prefect.testing.utilities import prefect_test_harness

        from flows import steps
        from flows.audit import audit
        from flows.disseminate import disseminate
        from flows.ingest import ingest
        from flows.repair import repair

        @flow(task_runner=ThreadPoolTaskRunner(max_workers=2), validate_parameters=False)
        def fanned_out(step: Callable[[int], int], pieces: Sequence[int]) -> list[int]:
            return steps.fan_out("piece", step, pieces)

        with prefect_test_harness(server_startup_timeout=120), get_client(sync_client=True) as api:
            yield SimpleNamespace(
                ingest=ingest,
                audit=audit,
                repair=repair,
                disseminate=disseminate,
                fanned_out=fanned_out,
                api=api,
            )


@pytest.fixture
def attempts(prefect: SimpleNamespace) -> Callable[[UUID], Counter[str]]:
    """How often each task of a flow run was begun, as the server has it at the end."""
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
    from prefect.client.schemas.sorting import TaskRunSort

    def count(flow_run: UUID) -> Counter[str]:
        of_run = FlowRunFilter(id=FlowRunFilterId(any_=[flow_run]))
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            # The server refuses what this client gives by default for the order and the limit.
            runs = prefect.api.read_task_runs(
                flow_run_filter=of_run, sort=TaskRunSort.NAME_ASC, limit=200
            )
            if runs and all(run.state and run.state.is_final() for run in runs):
                return Counter({run.name: run.run_count for run in runs})
            time.sleep(0.1)
        pytest.fail("the server did not hear the end of the tasks")

    return count


class Heard(logging.Handler):
    """Keeps what Prefect's log says of tasks, and does something at a certain word."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []
        self.at: dict[str, Callable[[], object]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())
        for word in [word for word in self.at if word in self.messages[-1]]:
            self.at.pop(word)()


@pytest.fixture
def heard() -> Iterator[Heard]:
    handler = Heard()
    logger = logging.getLogger("prefect.task_runs")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


class Place:
    """An archive without tools, and a SIP to put into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "archive"
        self.sip = folder / "sip"
        (self.sip / "objects").mkdir(parents=True)
        (self.sip / "objects" / "vendim.txt").write_text("Vendim i kuvendit\n", "utf-8")
        make(self.folder, name="Komuna")
        told = self.folder / "arkiv.toml"
        text = told.read_text("utf-8")
        told.write_text(text.replace('["siegfried", "fido"]', "[]"), "utf-8")

    def store(self, name: str) -> Path:
        return self.folder / "stores" / name

    def damage(self, name: str) -> None:
        """Change one octet of the payload in the copy of this store."""
        (tar,) = (self.store(name) / "ocfl").rglob("*.tar")
        content = bytearray(tar.read_bytes())
        content[content.rindex(b"Vendim i kuvendit")] ^= 1
        tar.unlink()
        tar.write_bytes(content)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture(scope="session")
def make_place() -> type[Place]:
    return Place
