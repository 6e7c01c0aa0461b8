import json

import pytest

from rpmostree.tools.systemctl import blockers

BACKUP = ["shutdown:sleep", "backup", "a backup runs", "block", 0, 99]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], ()),
        ([BACKUP], ("backup (a backup runs)",)),
        ([[*BACKUP[:3], "delay", 0, 99]], ()),
        ([["sleep", *BACKUP[1:]]], ()),
        ([["handle-power-key", *BACKUP[1:]], BACKUP], ("backup (a backup runs)",)),
    ],
)
def test_only_a_block_of_the_shutdown_counts(rows, found):
    assert blockers(json.dumps({"type": "a(ssssuu)", "data": [rows]})) == found
