"""Layered packages: what arrives, what stays out, and who is told why."""

from __future__ import annotations

import pytest

from tests.integration.host import Host

pytestmark = pytest.mark.integration


def test_install_by_name_brings_dependencies(host: Host) -> None:
    before = host.root()
    ran = host.run("install", "foo")
    assert (host.root() / "usr/bin/foo").read_text() == "#!/bin/sh\necho foo 1.0\n"
    assert "Added:" in ran.stdout
    assert "foo-1.0-1.noarch" in ran.stdout
    assert {"foo-1.0-1.noarch", "bar-1.0-1.noarch"} <= set(host.rpm_qa())
    assert host.root(1) == before
    assert host.layered(1) == set()
    host.check()
