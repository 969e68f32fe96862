"""Composition root and command line: settings, service, the managed Asterisk, metrics, doctor."""
