"""What dnf says while it works."""

import pytest

from rpmostree.tools.dnf import parse_downloaded


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("(1/15): gcc-12-base-12.2.0-14.x 2.6 MB/s | 5.6 kB     00:00    ", (1, 15, 5734)),
        ("(15/15): strace-6.1-0.1.x86_64.rpm  139 MB/s | 605 kB     00:00", (15, 15, 619520)),
        ("[ 4/15] setup-0:3-1.noarch  100% |   0.0   B/s |   9.9 KiB |  00m00s", (4, 15, 10137)),
        ("[14/15] libc6-0:2.36-9.x86  100% | 199.4 MiB/s |   3.6 MiB |  00m00s", (14, 15, 3774873)),
        ("[ 1/2] tiny-0:1-1.noarch    100% |   0.0   B/s | 812.0   B |  00m00s", (1, 2, 812)),
        ("[15/15] Total               100% | 210.2 MiB/s |   5.3 MiB |  00m00s", None),
        ("Total                           163 MB/s | 5.3 MB     00:00", None),
        ("demo                            9.4 MB/s |  60 kB     00:00", None),
        (" jq         x86_64        1.6-2.1+deb12u2          demo         16 k", None),
        ("", None),
    ],
)
def test_downloads_are_counted(line, found):
    assert parse_downloaded(f"{line}\n") == found
