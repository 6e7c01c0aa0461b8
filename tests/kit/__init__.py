"""The kit of the tests: RPMs, base trees, disk images and virtual machines on demand."""
