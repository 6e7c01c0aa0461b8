"""rpm-ostreed.conf."""

from dataclasses import fields

import pytest

from rpmostree.base.errors import BadInput
from rpmostree.tools.settings import Settings, read_settings


def read(etc, text):
    (etc / "rpm-ostreed.conf").write_text(text)
    return read_settings(etc)


def test_without_a_file_everything_is_as_usual(tmp_path):
    assert read_settings(tmp_path) == Settings()
    assert Settings() == Settings(recommends=True, lock_layering=False, update_policy="none")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", Settings()),
        ("[Daemon]\n", Settings()),
        ("[Daemon]\nIdleExitTimeout=60\n[Other]\nRecommends=false\n", Settings()),
        ("[Daemon]\nRecommends=false\n", Settings(recommends=False)),
        ("[Daemon]\nRecommends = No \nLockLayering=1\n", Settings(False, True)),
        ("[Daemon]\nRecommends=\nLockLayering=\nAutomaticUpdatePolicy=\n", Settings()),
        ("[Daemon]\nAutomaticUpdatePolicy=stage\n", Settings(update_policy="stage")),
    ],
)
def test_what_the_file_says(tmp_path, text, found):
    assert read(tmp_path, text) == found


def test_what_is_no_key_file_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"rpm-ostreed\.conf"):
        read(tmp_path, "Recommends=false\n")


def test_each_field_names_its_key():
    keys = [field.metadata["key"] for field in fields(Settings)]
    assert len(set(keys)) == len(keys) == len(fields(Settings))
