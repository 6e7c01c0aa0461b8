"""Tests of the project, and what they need: a kit and a small distribution."""
