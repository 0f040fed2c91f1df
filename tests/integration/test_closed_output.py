"""Whoever reads the output may stop reading: that is no fault of Arkiv."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from preservation.cli.main import main; main()"]


def test_a_reader_that_has_enough_is_not_told_of_a_fault(archive_folder, archive):
    assert archive.catalogue.packages() == ()
    with subprocess.Popen(
        [*COMMAND, "doctor", "--archive", archive_folder],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdout.close()
        told = process.stderr.read()
    assert "fault of Arkiv" not in told
    assert "Traceback" not in told
