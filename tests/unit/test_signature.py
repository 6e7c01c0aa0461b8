"""Signatures in ostree's own words."""

from rpmostree.model.signature import parse_signatures

GOOD = """\
Found 1 signature:

  Signature made Mon Nov 23 22:36:47 2026 using RSA key ID DA3E64EBCBD79F7D
  Good signature from "Tester One <t@example.invalid>"
  Primary key ID 0123456789ABCDEF
  Key expires Tue Nov 24 22:36:47 2026
"""
MISSING = """\
Found 2 signatures:

  Signature made Mon Nov 23 22:36:47 2026 using RSA key ID DA3E64EBCBD79F7D
  Can't check signature: public key not found

  Signature made Mon Nov 23 22:36:48 2026 using EdDSA key ID AAAAAAAAAAAAAAAA
  BAD signature from "Tester Two <>"
"""


def test_a_good_signature():
    (found,) = parse_signatures(GOOD)
    assert found.valid
    assert (found.key, found.primary) == ("DA3E64EBCBD79F7D", "0123456789ABCDEF")
    assert (found.cipher, found.name, found.email) == ("RSA", "Tester One", "t@example.invalid")
    assert found.made == 1795473407
    assert str(found) == "Valid signature by DA3E64EBCBD79F7D"
    assert found.words[1] == 'Good signature from "Tester One <t@example.invalid>"'


def test_members_of_the_tuple():
    fields = parse_signatures(GOOD)[0].fields()
    assert fields[:6] == [True, False, False, False, False, "DA3E64EBCBD79F7D"]
    assert [type(f) for f in fields[6:]] == [int, int, str, str, str, str, str, int, int]


def test_signatures_that_are_not_good():
    missing, bad = parse_signatures(MISSING)
    assert missing.key_missing
    assert str(missing) == "Can't check signature: public key DA3E64EBCBD79F7D not found"
    assert str(bad) == "Invalid signature by AAAAAAAAAAAAAAAA"
    assert not (missing.valid or bad.valid)


def test_an_expired_key_does_not_vouch():
    (found,) = parse_signatures(GOOD.replace("Key expires", "Key expired"))
    assert found.key_expired
    assert not found.valid


def test_no_signature():
    assert parse_signatures("") == ()
