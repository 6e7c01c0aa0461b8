"""One world for the session, one machine for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.host import Host, clone, copy_host, discard
from tests.integration.world import World, make_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Bases, repositories and a prepared sysroot."""
    top = tmp_path_factory.mktemp("world")
    made = make_world(top)
    yield made
    discard(made.template)
    shutil.rmtree(top)


@pytest.fixture
def host(world: World, tmp_path: Path) -> Iterator[Host]:
    """A machine with one deployment of the first base."""
    place = tmp_path / "sysroot"
    yield copy_host(world, place)
    discard(place)


@pytest.fixture
def clones(tmp_path: Path) -> Iterator[Callable[[Host], Host]]:
    """Makes copies of a machine."""
    made: list[Path] = []

    def make(host: Host) -> Host:
        made.append(tmp_path / f"clone-{len(made)}")
        return clone(host, made[-1])

    yield make
    for place in made:
        discard(place)
