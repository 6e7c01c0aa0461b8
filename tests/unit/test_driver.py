"""Update drivers: their record, and who is one."""

import pytest

from rpmostree.model.gvariant import BadVariant, Variant, pack
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.driver import (
    Driver,
    check_driver,
    is_in_charge,
    is_inside,
    parse_driver,
    read_driver,
    refusal,
    write_driver,
)

ZINCATI = Driver("Zincati", "zincati.service")


def test_record(tmp_path):
    sysroot = Sysroot(tmp_path)
    assert read_driver(sysroot) is None
    write_driver(sysroot, ZINCATI)
    assert read_driver(sysroot) == ZINCATI
    write_driver(sysroot, Driver("Other", "other.service"))
    assert read_driver(sysroot) == Driver("Other", "other.service")


def test_damaged_record(tmp_path):
    sysroot = Sysroot(tmp_path)
    write_driver(sysroot, ZINCATI)
    record = tmp_path / "run/rpm-ostree/update-driver.gv"
    record.write_bytes(b"\x01" * 5)
    assert read_driver(sysroot) is None
    with pytest.raises(BadVariant):
        parse_driver(pack("a{sv}", {"driver-name": Variant("s", "x")}, little=True))


@pytest.mark.parametrize(
    ("cgroups", "inside"),
    [
        ("0::/system.slice/zincati.service\n", True),
        ("1:name=systemd:/system.slice/zincati.service/worker\n0::/\n", True),
        ("0::/system.slice/not-zincati.service\n", False),
        ("0::/user.slice/user-0.slice/session-1.scope\n", False),
        ("", False),
    ],
)
def test_who_is_the_driver(cgroups, inside):
    assert is_inside(cgroups, ZINCATI.unit) is inside


def test_refusal():
    assert refusal(ZINCATI, ["https://example.invalid/z", "man:z(1)"]) == (
        "Updates and deployments are driven by Zincati (zincati.service)\n"
        "See Zincati's documentation at https://example.invalid/z, man:z(1)\n"
        "Use --bypass-driver to bypass Zincati and perform the operation anyways"
    )
    assert "\nSee Zincati's documentation\n" in refusal(ZINCATI, [])


def test_bypass(tmp_path):
    sysroot = Sysroot(tmp_path)
    check_driver(sysroot, bypass=False)
    write_driver(sysroot, ZINCATI)
    check_driver(sysroot, bypass=True)


@pytest.mark.parametrize(
    ("properties", "in_charge"),
    [
        ({"ActiveState": "active"}, True),
        ({"ActiveState": "activating"}, True),
        ({"ActiveState": "reloading"}, True),
        ({"ActiveState": "failed"}, True),
        ({"ActiveState": "inactive"}, False),
        ({"ActiveState": "deactivating"}, False),
        (None, True),
    ],
)
def test_who_is_in_charge(properties, in_charge):
    assert is_in_charge(properties) is in_charge
