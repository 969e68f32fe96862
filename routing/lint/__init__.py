"""What a plan would better not do to its callers. Pure."""
