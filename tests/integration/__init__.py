"""Tests with the real tools: each has a sysroot of its own, made from one prepared for all."""
