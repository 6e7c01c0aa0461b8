"""Files that are old or new, never half."""

import os
import stat

import pytest

from rpmostree.base.files import read_text, remove_tree, sync_directory, walk, write_atomically


@pytest.mark.parametrize("data", ["text é\n", b"\xff\0", "", b""])
def test_what_is_written_is_there(tmp_path, data):
    path = tmp_path / "file"
    write_atomically(path, data)
    assert path.read_bytes() == (data.encode() if isinstance(data, str) else data)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o755])
def test_the_mode_does_not_depend_on_the_umask(tmp_path, mode):
    before = os.umask(0o077)
    try:
        write_atomically(tmp_path / "file", "x", mode)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode


def test_a_reader_keeps_the_old_file_and_other_names_of_it_too(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    (tmp_path / "link").hardlink_to(path)
    with path.open() as reader:
        write_atomically(path, "new")
        assert reader.read() == "old"
    assert (tmp_path / "link").read_text() == "old"
    assert path.read_text() == "new"


def test_a_symbolic_link_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "target").write_text("old")
    (tmp_path / "file").symlink_to("target")
    write_atomically(tmp_path / "file", "new")
    assert (tmp_path / "target").read_text() == "old"
    assert not (tmp_path / "file").is_symlink()


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, mocker):
    path = tmp_path / "file"
    path.write_text("old")
    mocker.patch("os.fsync", side_effect=OSError("disk full"))
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_content_then_name_reach_the_disk(tmp_path, mocker):
    synced = []
    real = os.fsync
    mocker.patch("os.fsync", side_effect=lambda fd: (synced.append(os.fstat(fd).st_mode), real(fd)))
    write_atomically(tmp_path / "file", "x")
    assert [stat.S_ISDIR(mode) for mode in synced] == [False, True]


def test_only_directories_are_synced_as_such(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        sync_directory(tmp_path / "file")


def test_read_text(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"a\xff\n")
    assert read_text(path).encode("utf-8", "surrogateescape") == b"a\xff\n"
    assert read_text(tmp_path / "absent") is None
    assert read_text(path / "below") is None
    with pytest.raises(IsADirectoryError):
        read_text(tmp_path)


def test_remove_tree(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").touch()
    tree = tmp_path / "tree"
    (tree / "a/b").mkdir(parents=True)
    (tree / "a/link").symlink_to(kept)
    (tmp_path / "link").symlink_to(kept)
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "plain").touch()
    for name in ("tree", "link", "dangling", "plain", "absent"):
        remove_tree(tmp_path / name)
    assert list(tmp_path.iterdir()) == [kept]
    assert (kept / "file").exists()


def test_walk_gives_parents_first_sorted_and_follows_no_link(tmp_path):
    for name in ("b/z", "b/y/deep", "a", "c"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "b/file").touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    found = [os.path.relpath(entry.path, tmp_path) for entry in walk(tmp_path)]
    assert found == ["a", "b", "b/file", "b/y", "b/y/deep", "b/z", "c", "loop"]
