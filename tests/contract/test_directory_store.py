"""What only a directory store must show: processes, mounts, durability, a full disk."""

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from preservation.errors import AlreadyExists, Misconfigured, Unavailable
from preservation.model.identifiers import StoreName
from preservation.ports import Store
from preservation.stores.directory import DirectoryStore

REPOSITORY = Path(__file__).parents[2]
NAME = StoreName("a")


@pytest.fixture
def disk(tmp_path) -> DirectoryStore:
    store = DirectoryStore(NAME, tmp_path / "store")
    store.initialize()
    return store


def content(store: Store, key: str, *limits: int | None) -> bytes:
    return b"".join(store.read(key, *limits))


def boxes(store: Store) -> list[str]:
    return list(store.keys("box/"))


def everything(root: Path) -> list[str]:
    """All that lies below a folder, also what is no object."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


WRITER = """
import sys
from pathlib import Path
from preservation.errors import AlreadyExists
from preservation.model.identifiers import StoreName
from preservation.stores.directory import DirectoryStore

def chunks(octet):
    yield octet * 100_000
    print("half", flush=True)
    sys.stdin.readline()
    yield octet * 100_000

try:
    store = DirectoryStore(StoreName("a"), Path(sys.argv[1]))
    store.put("box/contested", chunks(sys.argv[2].encode()), size=200_000)
    print("won", flush=True)
except AlreadyExists:
    print("lost", flush=True)
"""


def writer(store: DirectoryStore, octet: str) -> subprocess.Popen[str]:
    """Another process that has written half of an object and waits for a line to write the rest."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(store.root), octet],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    return process


class TestDirectoryProcesses:
    def test_of_two_processes_at_once_exactly_one_wins(self, disk):
        writers = {octet: writer(disk, octet) for octet in "xyz"}
        for process in writers.values():
            process.stdin.write("\n")
            process.stdin.flush()
        said = {octet: process.communicate()[0] for octet, process in writers.items()}
        assert sorted(said.values()) == ["lost\n", "lost\n", "won\n"]
        won = next(octet for octet, word in said.items() if word == "won\n")
        assert content(disk, "box/contested") == won.encode() * 200_000
        assert os.listdir(disk.root / "tmp") == []

    def test_a_killed_writer_leaves_nothing_that_a_sweep_does_not_remove(self, disk):
        before = everything(disk.root)
        with writer(disk, "x") as dead, writer(disk, "y") as living:
            dead.send_signal(signal.SIGKILL)
            dead.wait()
            assert boxes(disk) == []
            assert len(os.listdir(disk.root / "tmp")) == 2
            disk.sweep()
            assert len(os.listdir(disk.root / "tmp")) == 1
            assert living.communicate("\n")[0] == "won\n"
        assert everything(disk.root) == sorted([*before, "box", "box/contested"])


class TestDirectory:
    def test_a_folder_that_is_no_store_is_a_disk_that_is_not_mounted(self, tmp_path):
        missing = tmp_path / "disk"
        store = DirectoryStore(NAME, missing)
        for mounted in (False, True):
            if mounted:
                missing.mkdir()
            for call in (
                lambda: store.put("box/a", [b"x"], size=1),
                lambda: store.replace("box/a", b"x"),
                lambda: next(store.read("box/a")),
                lambda: store.size("box/a"),
                lambda: next(store.keys()),
                lambda: store.remove("box/a"),
                store.sweep,
            ):
                with pytest.raises(Unavailable, match=f"{missing}.*is it mounted"):
                    call()
        assert everything(tmp_path) == ["disk"]

    def test_initializing_twice_is_the_same_as_once(self, disk):
        disk.put("box/a", [b"x"], size=1)
        before = everything(disk.root)
        disk.initialize()
        assert everything(disk.root) == before

    def test_a_folder_with_other_things_does_not_become_a_store(self, tmp_path):
        (tmp_path / "holiday.jpg").write_bytes(b"x")
        with pytest.raises(Misconfigured, match=r"holiday\.jpg"):
            DirectoryStore(NAME, tmp_path).initialize()
        assert everything(tmp_path) == ["holiday.jpg"]

    def test_nothing_but_objects_and_their_folders_remains(self, disk):
        before = everything(disk.root)
        disk.put("box/a/b", [b"x"], size=1)
        disk.replace("box/a/c", b"y")
        with pytest.raises(AlreadyExists):
            disk.put("box/a/b", [b"x"], size=1)
        with pytest.raises(ValueError, match="octets said"):
            disk.put("box/q/b", [b"x"], size=2)
        assert everything(disk.root) == sorted([*before, "box", "box/a", "box/a/b", "box/a/c"])
        disk.remove("box/a/b")
        disk.remove("box/a/c")
        assert everything(disk.root) == before

    def test_empty_folders_of_a_killed_writer_go_with_its_key(self, disk):
        before = everything(disk.root)
        (disk.root / "box/a/b").mkdir(parents=True)
        disk.remove("box/a/b/never-written")
        assert everything(disk.root) == before

    def test_an_object_is_read_only_and_obeys_the_umask(self, disk):
        mask = os.umask(0o027)
        try:
            disk.put("box/a", [b"x"], size=1)
        finally:
            os.umask(mask)
        assert (disk.root / "box/a").stat().st_mode & 0o777 == 0o440

    def test_a_move_that_was_interrupted_is_finished_by_the_same_call(self, disk):
        disk.put("box/a", [b"x"], size=1)
        os.link(disk.root / "box/a", disk.root / "box/b")
        disk.move("box/a", "box/b")
        assert list(disk.keys("box/")) == ["box/b"]
        with pytest.raises(AlreadyExists):
            disk.move("box/b", "box/b")
        assert list(disk.keys("box/")) == ["box/b"]

    def test_links_and_special_files_are_no_objects(self, disk, tmp_path):
        secret = tmp_path / "secret"
        secret.write_bytes(b"x")
        (disk.root / "box").mkdir()
        (disk.root / "box/link").symlink_to(secret)
        os.mkfifo(disk.root / "box/fifo")
        assert boxes(disk) == []
        for key in ("box/link", "box/fifo"):
            assert disk.size(key) is None
            with pytest.raises(KeyError):
                next(disk.read(key))

    def test_a_key_below_an_object_is_refused(self, disk):
        disk.put("box/a", [b"x"], size=1)
        with pytest.raises(ValueError, match="which is an object"):
            disk.put("box/a/b", [b"x"], size=1)
        assert content(disk, "box/a") == b"x"

    def test_the_temporary_file_of_a_dead_process_is_never_a_key(self, disk):
        (disk.root / "tmp/left").write_bytes(b"x")
        assert list(disk.keys("t")) == []
        disk.sweep()
        assert os.listdir(disk.root / "tmp") == []

    def test_a_folder_that_disappears_under_a_writer_is_made_again(self, disk):
        stop = threading.Event()

        def remove_and_prune() -> None:
            while not stop.is_set():
                disk.remove("box/a/b/c/other")

        pruner = threading.Thread(target=remove_and_prune)
        pruner.start()
        try:
            for number in range(50):
                disk.put(f"box/a/b/c/{number}", [b"x"], size=1)
                disk.remove(f"box/a/b/c/{number}")
        finally:
            stop.set()
            pruner.join()
        assert boxes(disk) == []


class TestDirectoryDurability:
    @pytest.fixture
    def calls(self, monkeypatch) -> list[str]:
        """What reached the system, in order; each call is made for real."""
        made = []

        def spy(name: str, told: Callable[..., str]) -> None:
            real = getattr(os, name)

            def call(*arguments):
                made.append(f"{name} {told(*arguments)}")
                return real(*arguments)

            monkeypatch.setattr(os, name, call)

        spy("fsync", lambda descriptor: os.readlink(f"/proc/self/fd/{descriptor}"))
        spy("link", lambda _, target: str(target))
        spy("replace", lambda _, target: str(target))
        return made

    @pytest.mark.parametrize("way", ["put", "replace"])
    def test_content_is_on_the_medium_before_its_name_and_the_name_before_the_return(
        self, disk, calls, way
    ):
        if way == "put":
            disk.put("box/a/b", [b"x"], size=1)
        else:
            disk.replace("box/a/b", b"x")
        content, name, *folders = calls
        root = disk.root
        assert content.startswith(f"fsync {root}/tmp/")
        assert name == f"{'link' if way == 'put' else 'replace'} {root}/box/a/b"
        assert folders == [f"fsync {root}/box/a", f"fsync {root}/box", f"fsync {root}"]

    def test_what_is_said_to_be_there_is_on_the_medium(self, disk, calls):
        # A writer that was killed right after its link left a name that may not last.
        (disk.root / "box").mkdir()
        (disk.root / "box/a").write_bytes(b"x")
        with pytest.raises(AlreadyExists):
            disk.put("box/a", [b"x"], size=1)
        assert calls == [f"fsync {disk.root}/box", f"fsync {disk.root}"]

    def test_a_removal_is_on_the_medium(self, disk, calls):
        disk.put("box/a", [b"x"], size=1)
        disk.put("box/b/c", [b"x"], size=1)
        calls.clear()
        disk.remove("box/b/c")
        assert calls == [f"fsync {disk.root}/box", f"fsync {disk.root}"]

    def test_a_name_that_does_not_reach_the_medium_is_taken_back(self, disk, monkeypatch):
        real = os.fsync

        def failing(descriptor: int) -> None:
            if os.readlink(f"/proc/self/fd/{descriptor}") == f"{disk.root}/box":
                raise OSError(errno.EIO, "Input/output error")
            real(descriptor)

        monkeypatch.setattr(os, "fsync", failing)
        with pytest.raises(Unavailable, match=r"cannot write box/a: Input/output error"):
            disk.put("box/a", [b"x"], size=1)
        assert boxes(disk) == []


FULL = """
import os, sys
from pathlib import Path
from preservation.errors import Unavailable
from preservation.model.identifiers import StoreName
from preservation.stores.directory import DirectoryStore

store = DirectoryStore(StoreName("a"), Path(sys.argv[1]))
store.initialize()

def unsaid():
    # The room is there when the writing begins and is taken by another meanwhile.
    yield b"x" * 100_000
    other = os.open(Path(sys.argv[1]) / "ledger", os.O_CREAT | os.O_WRONLY)
    try:
        while True:
            os.write(other, b"y" * 4096)
    except OSError:
        os.close(other)
    yield b"x" * 400_000

for name, chunks, size in [
    ("early", iter(lambda: sys.exit("a chunk was read although there is no room"), 0), 20 << 20),
    ("late", unsaid(), 500_000),
]:
    try:
        store.put(f"box/{name}", chunks, size=size)
    except Unavailable as error:
        print(error)
    print(list(store.keys("box/")), os.listdir(store.root / "tmp"))
os.unlink(store.root / "ledger")
store.put("box/late", [b"x"] * 500_000, size=500_000)
print(store.size("box/late"))
"""


def test_a_full_disk_is_told_early_and_leaves_nothing(tmp_path):
    mount = 'mount -t tmpfs -o size=1m none "$1" && shift && exec "$@"'
    # A file system of 1 MiB of its own, which only this process and its children see.
    inside = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    try:
        tried = subprocess.run([*inside, tmp_path, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("no unshare here to mount a small file system with")
    if tried.returncode:
        pytest.skip(f"no small file system can be mounted here: {tried.stderr.decode()}")
    ended = subprocess.run(
        [*inside, tmp_path, sys.executable, "-c", FULL, tmp_path],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stderr == ""
    lines = ended.stdout.splitlines()
    assert "store a: no room to write box/early: needs 20971520 octets, has 10" in lines[0]
    assert "store a: no room to write box/late: needs 500000 octets, has 0" in lines[2]
    assert lines[1] == lines[3] == "[] []"
    assert lines[4] == "500000"
