"""What has to be laid over one tree so that another is seen."""

from rpmostree.model.objects import DirTree
from rpmostree.model.trees import Absent, Directory, File, steps_to

META, OTHER_META = "a" * 64, "b" * 64
ONE, TWO = "1" * 64, "2" * 64


def steps(trees: dict[str, DirTree], wanted: str, present: str) -> list[object]:
    return list(steps_to(wanted, present, trees.__getitem__))


def test_equal_trees_need_nothing_and_are_not_descended_into() -> None:
    trees = {"root": DirTree({"x": ONE}, {"usr": ("not-loaded", META)})}
    assert steps(trees, "root", "root") == []


def test_added_changed_and_removed_names() -> None:
    trees = {
        "wanted": DirTree({"kept": ONE, "changed": ONE, "gone": ONE}, {}),
        "present": DirTree({"kept": ONE, "changed": TWO, "added": TWO}, {}),
    }
    assert set(steps(trees, "wanted", "present")) == {
        Absent("added"),
        File("changed", ONE),
        File("gone", ONE),
    }


def test_a_directory_comes_before_what_is_in_it() -> None:
    trees = {
        "wanted": DirTree({}, {"usr": ("usr1", META)}),
        "present": DirTree({}, {"usr": ("usr2", META)}),
        "usr1": DirTree({"f": ONE}, {}),
        "usr2": DirTree({}, {}),
    }
    assert steps(trees, "wanted", "present") == [Directory("usr", META), File("usr/f", ONE)]


def test_a_whole_directory_that_was_removed_comes_back() -> None:
    trees = {
        "wanted": DirTree({}, {"a": ("a", META)}),
        "present": DirTree({}, {}),
        "a": DirTree({"f": ONE}, {"b": ("b", OTHER_META)}),
        "b": DirTree({"g": TWO}, {}),
    }
    assert steps(trees, "wanted", "present") == [
        Directory("a", META),
        File("a/f", ONE),
        Directory("a/b", OTHER_META),
        File("a/b/g", TWO),
    ]


def test_a_directory_with_other_metadata_only() -> None:
    trees = {
        "wanted": DirTree({}, {"d": ("d", META)}),
        "present": DirTree({}, {"d": ("d", OTHER_META)}),
        "d": DirTree({"f": ONE}, {}),
    }
    assert steps(trees, "wanted", "present") == [Directory("d", META)]


def test_a_file_in_place_of_a_directory_and_the_reverse() -> None:
    trees = {
        "wanted": DirTree({"x": ONE}, {"y": ("y", META)}),
        "present": DirTree({"y": TWO}, {"x": ("x", META)}),
        "y": DirTree({"f": ONE}, {}),
        "x": DirTree({"g": ONE}, {}),
    }
    assert steps(trees, "wanted", "present") == [
        File("x", ONE),
        Directory("y", META),
        File("y/f", ONE),
    ]
