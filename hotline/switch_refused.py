"""Why there is no Asterisk: the text is for the operator."""

from __future__ import annotations


class SwitchRefused(RuntimeError):
    """Asterisk cannot be started or used; the text says why, and what to change."""


class SwitchLost(SwitchRefused):
    """Asterisk ended again and again: another engine would meet the same."""
