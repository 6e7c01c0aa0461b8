"""The update driver: a service that said that it, and nobody else, changes deployments.

Its record lies in /run, so that a reboot ends the claim, in the genuine tool's format.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rpmostree.base import events
from rpmostree.base.errors import BadInput
from rpmostree.base.files import read_text, write_atomically
from rpmostree.model.gvariant import BadVariant, Variant, pack, unpack
from rpmostree.model.sysroot import Sysroot
from rpmostree.tools import systemctl

_HOST_IS_LITTLE = sys.byteorder == "little"
# A driver that crashed is still the one in charge.
_IN_CHARGE = frozenset({"active", "activating", "reloading", "failed"})


@dataclass(frozen=True)
class Driver:
    """A registered driver: what people call it, and its systemd unit."""

    name: str
    unit: str


def read_driver(sysroot: Sysroot) -> Driver | None:
    """The registered driver; None if there is none. A damaged record is told of and ignored."""
    path = _record(sysroot)
    try:
        return parse_driver(path.read_bytes())
    except FileNotFoundError:
        return None
    except BadVariant as error:
        events.warning(f"{path} cannot be read and counts for nothing: {error}")
        return None


def write_driver(sysroot: Sysroot, driver: Driver) -> None:
    """Register a driver, in the place of another one if need be."""
    path = _record(sysroot)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, pack_driver(driver))


def register(sysroot: Sysroot, name: str) -> None:
    """Put the caller in charge. Raises BadInput if it does not run as a unit of systemd."""
    from rpmostree.ops.transaction import require_root  # `status` reads drivers, and needs none

    require_root()
    unit = own_unit(read_text(Path("/proc/self/cgroup")) or "")
    if unit is None:
        raise BadInput(
            "a driver has to run as a unit of systemd, by which it is known",
            hint="systemd-run --unit=NAME rpm-ostree deploy --register-driver=NAME ''",
        )
    write_driver(sysroot, Driver(name, unit))


def own_unit(cgroups: str) -> str | None:
    """The unit that a process with this /proc/PID/cgroup belongs to."""
    names = [part for line in cgroups.splitlines() for part in line.rpartition(":")[2].split("/")]
    units = [name for name in names if name.endswith((".service", ".scope"))]
    return units[-1] if units else None


def check_driver(sysroot: Sysroot, *, bypass: bool) -> None:
    """Raise BadInput if another than the caller is in charge of the deployments.

    A driver whose unit does not run is none; one that systemd says nothing of is believed.
    """
    driver = None if bypass else read_driver(sysroot)
    if driver is None or is_inside(read_text(Path("/proc/self/cgroup")) or "", driver.unit):
        return
    found = systemctl.show(driver.unit, "ActiveState", "Documentation")
    if is_in_charge(found):
        raise BadInput(refusal(driver, (found or {}).get("Documentation", "").split()))


def parse_driver(data: bytes) -> Driver:
    """Read a record. Raises BadVariant if it is damaged."""
    values = unpack("a{sv}", data, little=_HOST_IS_LITTLE)
    assert isinstance(values, dict)  # the type says so
    name, unit = (values.get(key) for key in ("driver-name", "driver-sd-unit"))
    if not isinstance(name, Variant) or not isinstance(unit, Variant):
        raise BadVariant("it names no driver")
    return Driver(str(name.value), str(unit.value))


def pack_driver(driver: Driver) -> bytes:
    values = {"driver-name": Variant("s", driver.name), "driver-sd-unit": Variant("s", driver.unit)}
    return pack("a{sv}", values, little=_HOST_IS_LITTLE)


def is_in_charge(properties: Mapping[str, str] | None) -> bool:
    """Do the properties of a unit (None: nobody knows them) make it the driver?"""
    return properties is None or properties.get("ActiveState") in _IN_CHARGE


def is_inside(cgroups: str, unit: str) -> bool:
    """Does a process with this /proc/PID/cgroup belong to a systemd unit?"""
    return any(unit in line.rpartition(":")[2].split("/") for line in cgroups.splitlines())


def refusal(driver: Driver, documents: list[str]) -> str:
    """Why a change is refused, in the genuine tool's three lines."""
    where = f" at {', '.join(documents)}" if documents else ""
    return (
        f"Updates and deployments are driven by {driver.name} ({driver.unit})\n"
        f"See {driver.name}'s documentation{where}\n"
        f"Use --bypass-driver to bypass {driver.name} and perform the operation anyways"
    )


def _record(sysroot: Sysroot) -> Path:
    return sysroot.path / "run/rpm-ostree/update-driver.gv"
