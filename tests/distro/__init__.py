"""A small, real RPM distribution, made from the packages of a Debian mirror."""
