"""One world for the session, one machine for each test."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rpmostree.base.syscalls import enter_private_mounts
from tests.integration.host import Host, clone, copy_host, discard, mounted_disk, protect
from tests.integration.installed import Distribution, copy_disk, make_distribution
from tests.integration.world import World, make_world


@pytest.fixture(scope="session")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system in memory for all machines: ostree flushes the whole of the one it is on.

    It is mounted for this process and its children only, so nothing of it can outlive them.
    """
    enter_private_mounts()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        image, place = Path(name) / "image", tmp_path_factory.mktemp("disk") / "mounted"
        with mounted_disk(image, place, "6G", "-O", "^has_journal") as mounted:
            yield mounted


@pytest.fixture(scope="session")
def world(disk: Path) -> World:
    """Bases, repositories and a prepared sysroot."""
    (disk / "world").mkdir()
    return make_world(disk / "world")


@pytest.fixture
def place(disk: Path) -> Iterator[Path]:
    """A directory for the machines of one test; no other has had its name."""
    top = Path(tempfile.mkdtemp(prefix="test-", dir=disk))
    yield top
    for machine in top.iterdir():
        discard(machine)
    top.rmdir()


@pytest.fixture
def host(world: World, place: Path) -> Host:
    """A machine with one deployment of the first base."""
    return copy_host(world, place / "sysroot")


@pytest.fixture
def clones(place: Path) -> Callable[[Host], Host]:
    """Makes copies of a machine."""

    def make(host: Host) -> Host:
        return clone(host, Path(tempfile.mkdtemp(prefix="clone-", dir=place)) / "sysroot")

    return make


@pytest.fixture(scope="session")
def distribution(disk: Path) -> Iterator[Distribution]:
    """The real distribution, and a machine it is installed on."""
    (disk / "distribution").mkdir()
    with make_distribution(disk / "distribution") as made:
        yield made


@pytest.fixture
def machine(distribution: Distribution, place: Path) -> Host:
    """A machine as an installer leaves it."""
    return protect(Host(copy_disk(distribution, place / "machine"), distribution))
