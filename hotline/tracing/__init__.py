"""Calls as OpenTelemetry traces, for those who ask for them."""
