"""Metadata of composed commits, and names in the package cache."""

import pytest

from rpmostree.model import gvariant
from rpmostree.model.composed import Composed, composed_metadata, variant_of
from rpmostree.model.layered import RepoState
from rpmostree.model.nevra import Nevra, parse_nevra
from rpmostree.model.pkgcache import cache_ref

COMPOSED = Composed(
    version="12.1",
    inputhash="cafe",
    installed=(Nevra("b", 1, "2", "3", "noarch"), Nevra("a", 0, "1", "1", "x86_64")),
    repos=(RepoState("r", 1_700_000_000),),
    kernel="6.1.0",
    initramfs_args=("--no-hostonly",),
    container_cmd=(),
    ref="os/x86_64/a",
    extra={"note": "n", "count": 3, "flag": True, "names": ["x"]},
)


def value(key: str) -> object:
    found = gvariant.lookup(composed_metadata(COMPOSED, repos=True), key, little=False)
    assert found is not None
    return found.value


def test_the_keys_readers_look_for() -> None:
    assert value("version") == "12.1"
    assert value("rpmostree.inputhash") == "cafe"
    assert value("ostree.bootable") is True
    assert value("ostree.linux") == "6.1.0"
    assert value("ostree.ref-binding") == ["os/x86_64/a"]
    assert value("rpmostree.initramfs-args") == ["--no-hostonly"]


def test_packages_are_sorted_and_their_epoch_is_text() -> None:
    rows = value("rpmostree.rpmdb.pkglist")
    assert rows == [("a", "0", "1", "1", "x86_64"), ("b", "1", "2", "3", "noarch")]


def test_numbers_are_big_endian() -> None:
    (repo,) = value("rpmostree.rpmmd-repos")  # type: ignore[misc,var-annotated]
    assert repo["timestamp"].value == 1_700_000_000


def test_repositories_can_be_left_out() -> None:
    assert "rpmostree.rpmmd-repos" not in gvariant.keys(composed_metadata(COMPOSED, repos=False))


def test_values_from_json() -> None:
    assert [variant_of(v).type for v in ("s", 1, True, ["a"])] == ["s", "x", "b", "as"]
    with pytest.raises(ValueError, match="cannot hold"):
        variant_of({"a": 1})


@pytest.mark.parametrize(
    ("nevra", "ref"),
    [  # the first two were made by the genuine tool
        ("nano-7.2-1+deb12u1.x86_64", "rpmostree/pkg/nano/7.2-1_2Bdeb12u1.x86__64"),
        ("less-590-2.1~deb12u2.x86_64", "rpmostree/pkg/less/590-2.1_7Edeb12u2.x86__64"),
        ("a_b-1:2.3-4.noarch", "rpmostree/pkg/a__b/1_3A2.3-4.noarch"),
    ],
)
def test_cache_refs(nevra: str, ref: str) -> None:
    assert cache_ref(parse_nevra(nevra)) == ref
