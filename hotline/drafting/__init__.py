"""Drafts of a plan, written in the browser: kept, checked, tried and published."""
