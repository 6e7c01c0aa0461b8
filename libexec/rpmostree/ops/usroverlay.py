"""usroverlay: a writable layer over /usr of the running system."""

from collections.abc import Sequence

from rpmostree.base.errors import BadInput
from rpmostree.model.plan import Outcome
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.transaction import require_root
from rpmostree.tools import sysroot as admin


def unlock(sysroot: Sysroot, arguments: Sequence[str]) -> Outcome:
    """Hand over to ostree. Raises BadInput unless we are on the booted system."""
    require_root()
    if not admin.is_booted(sysroot):
        raise BadInput(f"Only the running system can be unlocked, and {sysroot.path} is not it")
    return Outcome(admin.unlock(arguments), changed=True)
