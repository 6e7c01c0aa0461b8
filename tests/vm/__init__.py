"""A real distribution, composed by us, booted in QEMU and changed from outside and inside."""
