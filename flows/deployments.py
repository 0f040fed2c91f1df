"""The flows as deployments of Prefect, served here: `python -m flows.deployments DIR`."""

import asyncio
import sys
from pathlib import Path
from typing import Any

from prefect import Flow
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.flow_runs import arun_deployment
from prefect.deployments.runner import RunnerDeployment
from prefect.logging import get_logger
from prefect.runner import Runner
from prefect.types.entrypoint import EntrypointType

from flows.audit import audit
from flows.disseminate import disseminate
from flows.inbox import ingest_inbox
from flows.ingest import ingest
from flows.repair import repair
from preservation.assembly.archive import Archive, opened
from preservation.assembly.inbox import alone, arrivals

_log = get_logger("arkiv")
LOOK = 5.0
"""Seconds between two looks into the inboxes, and between two questions for runs to start."""
AGAIN = 300.0
"""Seconds until SIPs that had to wait, or that failed once, are tried again."""


async def deployments(archive: Archive) -> tuple[RunnerDeployment, ...]:
    """One deployment of each flow, for an archive, with the schedules of its settings."""
    told = archive.settings.serve
    return (
        await _deployed(archive, ingest, "", parameters={}),
        await _deployed(archive, ingest_inbox, "", parameters={}),
        await _deployed(archive, audit, told.audit, parameters={"what": "due"}),
        await _deployed(archive, repair, told.repair, parameters={}),
        await _deployed(archive, disseminate, "", parameters={}),
    )


async def _deployed(
    archive: Archive, flow: Flow[Any, Any], cron: str, *, parameters: dict[str, object]
) -> RunnerDeployment:
    schedule = CronSchedule(cron=cron, timezone=archive.settings.serve.timezone) if cron else None
    return await flow.ato_deployment(
        name="arkiv",
        schedules=[schedule] if schedule else [],
        parameters={"archive": str(archive.folder), **parameters},
        entrypoint_type=EntrypointType.MODULE_PATH,
        tags=["arkiv"],
    )


async def serve(archive: Archive) -> None:
    """Run what is scheduled or asked for, and watch the inboxes, until told to stop."""
    runner = Runner(name="arkiv", query_seconds=LOOK, pause_on_shutdown=False)
    for deployment in await deployments(archive):
        await runner.aadd_deployment(deployment)
    watch = asyncio.create_task(_watch(archive))
    try:
        await runner.start()
    finally:
        watch.cancel()


async def _watch(archive: Archive) -> None:
    """Start a run when SIPs are complete; nothing is started, and no time spent, when none is."""
    tried: list[Path] = []
    since = 0.0
    said = ""
    clock = asyncio.get_running_loop().time
    while True:
        await asyncio.sleep(LOOK)
        try:
            found = await asyncio.to_thread(_waiting, archive)
            if found and (found != tried or clock() - since >= AGAIN):
                await arun_deployment("ingest-inbox/arkiv", timeout=0)
                tried, since = found, clock()
            said = ""
        except Exception as error:  # folders, catalogue or server are away: the watch goes on
            if said != repr(error):
                said = repr(error)
                _log.warning("no SIP can be taken now; it is tried again: %s", error)


def _waiting(archive: Archive) -> list[Path]:
    """The SIPs that are complete, if nobody on this machine is at them."""
    found = [arrival.path for arrival in arrivals(archive)]
    if not found:
        return []
    with alone(archive) as nobody_is:
        return found if nobody_is else []


def main() -> None:
    """Serve the archive in the folder that is named."""
    asyncio.run(serve(opened(Path(sys.argv[1]).resolve())))


if __name__ == "__main__":
    main()
