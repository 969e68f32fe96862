"""What the switch is held to, so that nobody gets in: one table, checked on paper and on the running system."""
