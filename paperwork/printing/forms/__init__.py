"""The official forms, laid out from the sheets that other parts of the office fill."""
