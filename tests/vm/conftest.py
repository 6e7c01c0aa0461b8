"""The world is made once; each test gets a machine of its own from it."""

from pathlib import Path

import pytest

from tests.vm.world import TOP, World, copy_disk, make_world


@pytest.fixture(scope="session")
def world() -> World:
    """The distribution, its two images and the disk that machines are copied from."""
    return make_world(TOP / "build")


@pytest.fixture
def disk(world: World) -> Path:
    """The disk of a machine on which version 1 was just installed."""
    return copy_disk(world.image)
