"""veraPDF: whether a file that claims to be PDF/A is what it claims. One JVM for many files."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from preservation.model.validity import Candidate, Verdict
from preservation.resources import folder
from preservation.tools.process import Json, run
from preservation.tools.standins import linked
from preservation.tools.validators.judge import Judge, faulty, sound

JAR = "verapdf-cli.jar"
VERSION = "1.30.2"
"""The release that `deploy/tools` installs; another is not used, since nothing is known of it."""

# Many short runs: little compiling, and no threads for collecting garbage.
_OPTIONS = ("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar")
_REPORT_MAX = 256 << 20
_PUIDS = frozenset(
    # PDF/A 1a, 1b, 2a, 2b, 2u, 3a, 3b, 3u, 4, 4e, 4f
    f"fmt/{number}"
    for number in (95, 354, 476, 477, 478, 479, 480, 481, 1910, 1911, 1912)
)


def jar() -> Path:
    """Where veraPDF lies once it is installed."""
    return folder("tools") / JAR


def judge(items: Sequence[Json], java: str, archive: str) -> Json:
    """Run in the worker: a verdict for each path; the version for an item that is None."""
    command = [java, *_OPTIONS, archive]
    if items == [None]:
        return [[_version(command), "its own validation profiles"]]
    if not items:
        _version(command)
        return []
    with linked(items, "pdf") as links:
        jobs = _report(command, links)
        return [_told(jobs.get(link)) for link in links]


def _version(command: Sequence[str]) -> str:
    if not os.path.isfile(command[-1]):
        raise FileNotFoundError("it is not installed; run: sh deploy/tools")
    ran = run([*command, "--version"], largest=1 << 20)
    words = ran.output.decode("utf-8", "replace").split()
    if words[:1] != ["veraPDF"]:
        raise RuntimeError(f"it does not tell its version: {ran.said}")
    if words[1:2] != [VERSION]:
        raise RuntimeError(f"version {words[1:2]} is installed, {VERSION} is needed")
    return words[1]


def _report(command: Sequence[str], links: Sequence[str]) -> Mapping[str, Json]:
    """What veraPDF reports of each file, by its name; raises when that is no report of it."""
    options = ["--format", "json", "--maxfailuresdisplayed", "1", "--loglevel", "0"]
    ran = run([*command, *options, *links], largest=_REPORT_MAX)
    if ran.crashed:
        raise RuntimeError(ran.said)
    try:
        jobs = json.loads(ran.output)["report"]["jobs"]
        return {job["itemDetails"]["name"]: job for job in jobs}
    except (ValueError, KeyError, TypeError) as error:
        raise RuntimeError(f"it gave no report: {ran.said}") from error


def _told(job: Json) -> Json:
    if job is None:
        return "its report does not speak of this file"
    try:
        if "validationResult" not in job:
            return f"it could not be judged: {job['taskException']['exceptionMessage']}"
        (result,) = job["validationResult"]
        return _verdict(result)
    except (KeyError, TypeError, ValueError) as error:
        return f"its report cannot be read: {type(error).__name__}: {error}"


def _verdict(result: Json) -> Json:
    """Only a run that ended as it should has one."""
    against = result["profileName"].removesuffix(" validation profile")
    if result["jobEndStatus"] != "normal":
        return f"it was not judged to the end: {result['jobEndStatus']}"
    if result["compliant"] is True:
        return sound(Verdict.VALID, against)
    if result["compliant"] is not False:
        return "its report gives no verdict"
    rules = [_rule(it) for it in result["details"]["ruleSummaries"]]
    return faulty(rules, Verdict.NOT_VALID, against)


def _rule(it: Json) -> str:
    where = f"{it['specification']}, {it['clause']} ({it['testNumber']})"
    return f"{where}: {it['description']} ({it['failedChecks']} times)"


class VeraPdf(Judge):
    """What the PDF/A community's own validator says; nothing else calls a file valid PDF/A."""

    batch: ClassVar[int] = 128

    def __init__(
        self, *, patience: float = 60, java: str = "java", place: Path | None = None
    ) -> None:
        """Start nothing yet; `patience` in seconds a batch; `place` and `java` of another one.

        The memory of a JVM is capped by its own heap: it reserves far more addresses than it uses.
        """
        given = (java, os.fspath(place or jar()))
        super().__init__("veraPDF", judge, given=given, patience=patience, memory=None)

    @property
    def against(self) -> str:
        """The file's own claim, which the report names more exactly."""
        return "PDF/A"

    def handles(self, candidate: Candidate) -> bool:
        """What claims to be PDF/A, by its metadata or by what identification found in them."""
        return candidate.claim.startswith("PDF/A") or candidate.format.puid in _PUIDS
