"""Asterisk as the switch, over ARI."""
