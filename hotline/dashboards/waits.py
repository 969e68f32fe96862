"""How long callers waited, of the histogram."""

from __future__ import annotations


def waits(share: float, line: str = "") -> str:
    """Within how many seconds this share of the callers was served or gone."""
    rate = f"rate(hotline_wait_seconds_bucket{line}[$__rate_interval])"
    return f"histogram_quantile({share}, sum by (le) ({rate}))"
