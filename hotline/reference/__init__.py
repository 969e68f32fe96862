"""The reference pages that are made of the code: every command, every setting."""
