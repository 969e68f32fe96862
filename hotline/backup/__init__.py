"""A backup of the whole hotline while it runs, and the way back from it."""
