"""The outside of RPM files, of a real one and of damaged ones."""

import hashlib
import struct

import pytest

from rpmostree.model.rpmfile import header_digest, header_end
from tests.kit import rpms

GZIP = b"\x1f\x8b\x08"


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    spec = rpms.Spec("sample", files={"/usr/share/sample": "x" * 5000})
    return rpms.build_one(spec, tmp_path_factory.mktemp("rpm")).read_bytes()


def test_the_headers_end_where_the_payload_begins(package):
    end = header_end(package)
    assert package[end : end + 3] == GZIP
    assert package.count(GZIP) == 1
    assert header_digest(package) == hashlib.sha256(package[:end]).hexdigest()


def test_the_payload_does_not_count(package):
    end = header_end(package)
    assert header_digest(package[:end]) == header_digest(package)
    assert header_digest(package[:end] + b"other") == header_digest(package)
    other = bytearray(package)
    other[end - 1] ^= 1
    assert header_digest(bytes(other)) != header_digest(package)


def test_a_truncated_file_is_too_short_to_tell(package):
    end = header_end(package)
    for length in {*range(130), *range(end - 130, end), *range(130, end, 97)}:
        assert header_end(package[:length]) is None, length
        with pytest.raises(ValueError, match="truncated RPM header"):
            header_digest(package[:length])


@pytest.mark.parametrize(
    "data", [b"x", b"garbage" * 99, b"\xed\xab\xee\xdc", b"\0" * 4096, b"\x1f\x8b"]
)
def test_another_file_is_no_package(data):
    for function in (header_end, header_digest):
        with pytest.raises(ValueError, match="not an RPM package"):
            function(data)


def test_headers_that_do_not_begin_where_they_should_are_damage(package):
    signature = 96
    entries, store = struct.unpack_from(">II", package, signature + 8)
    header = (signature + 16 + 16 * entries + store + 7) // 8 * 8
    for place in (signature, header):
        damaged = bytearray(package)
        damaged[place] ^= 0xFF
        with pytest.raises(ValueError, match="damaged RPM header"):
            header_end(bytes(damaged))


def test_a_header_of_absurd_size_is_only_too_short(package):
    huge = package[:104] + b"\xff" * 8 + package[112:]
    assert header_end(huge) is None
