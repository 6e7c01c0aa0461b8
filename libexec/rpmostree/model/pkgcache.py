"""The genuine tool's cache of imported packages: names of its refs, metadata of its commits.

A local package is kept in this form as well, so that the genuine tool, when it takes a sysroot
over, finds what it would have put there itself.
"""

import re
from hashlib import sha256

from rpmostree.model.gvariant import Variant, pack
from rpmostree.model.layered import HOST_IS_LITTLE
from rpmostree.model.nevra import Nevra

PREFIX = "rpmostree/pkg"
_UNPACK_VERSION, _UNPACK_MINOR = 1, 6


def cache_ref(nevra: Nevra) -> str:
    """`rpmostree/pkg/NAME/EVR.ARCH`, with what a ref cannot hold as `_` and two hex digits."""
    return f"{PREFIX}/{_quote(nevra.name)}/{_quote(f'{nevra.evr}.{nevra.arch}')}"


def _quote(text: str) -> str:
    def put(match: re.Match[str]) -> str:
        return "__" if match[0] == "_" else "".join(f"_{b:02X}" for b in match[0].encode())

    return re.sub(r"[^A-Za-z0-9.-]", put, text)


def cache_metadata(nevra: Nevra, headers: bytes) -> bytes:
    """The a{sv} of an imported package; `headers` is the file up to its payload."""
    values = {
        "rpmostree.metadata": Variant("ay", headers),
        "rpmostree.metadata_sha256": Variant("s", sha256(headers).hexdigest()),
        "rpmostree.nevra": Variant(
            "(sstsss)",
            (str(nevra), nevra.name, nevra.epoch, nevra.version, nevra.release, nevra.arch),
        ),
        "rpmostree.unpack_version": Variant("u", _UNPACK_VERSION),
        "rpmostree.unpack_minor_version": Variant("u", _UNPACK_MINOR),
    }
    return pack("a{sv}", values, little=HOST_IS_LITTLE)
