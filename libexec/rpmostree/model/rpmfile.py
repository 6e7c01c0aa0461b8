"""The outside of an RPM file: where its headers end (rpm-format(4): lead, signature, header)."""

from hashlib import sha256

_LEAD = b"\xed\xab\xee\xdb"
_HEADER = b"\x8e\xad\xe8\x01"
_LEAD_SIZE = 96


def header_end(data: bytes) -> int | None:
    """Where the payload begins; None while `data` is too short to tell. ValueError: not an RPM."""
    if data[:4] != _LEAD[: len(data[:4])]:
        raise ValueError("not an RPM package")
    end = _header_size(data, _LEAD_SIZE)
    if end is None:
        return None
    start = (end + 7) // 8 * 8
    return _header_size(data, start)


def _header_size(data: bytes, start: int) -> int | None:
    """The end of the header that begins at `start`."""
    if len(data) < start + 16:
        return None
    if data[start : start + 4] != _HEADER:
        raise ValueError("damaged RPM header")
    entries = int.from_bytes(data[start + 8 : start + 12], "big")
    store = int.from_bytes(data[start + 12 : start + 16], "big")
    end = start + 16 + 16 * entries + store
    return end if len(data) >= end else None


def header_digest(data: bytes) -> str:
    """The name origins give a local package: SHA-256 over everything before the payload.

    Raises ValueError if `data` does not hold the whole of it.
    """
    end = header_end(data)
    if end is None:
        raise ValueError("truncated RPM header")
    return sha256(data[:end]).hexdigest()
