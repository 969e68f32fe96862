"""The time before this hotline: counted calls that a file brings along, and the same file written from our own."""
