"""Addresses that knock in vain, and how they are refused."""
