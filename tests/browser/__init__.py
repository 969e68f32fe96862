"""The desk in a real browser, on the real hotline."""
