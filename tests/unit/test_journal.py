"""Messages for the journal, by its native protocol."""

import socket

from rpmostree.tools import journal


def test_journal_protocol():
    assert journal.datagram({"A": "b", "C": "d=e"}) == b"A=b\nC=d=e\n"
    assert journal.datagram({"A": "b\nc"}) == b"A\n\x03\0\0\0\0\0\0\0b\nc\n"


def test_a_message_arrives(tmp_path, monkeypatch):
    path = tmp_path / "socket"
    monkeypatch.setattr(journal, "_SOCKET", path)
    journal.send({"MESSAGE": "nobody listens"})
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        journal.send({"MESSAGE": "hello", "X": "y"})
        assert listener.recv(100) == b"MESSAGE=hello\nX=y\n"
