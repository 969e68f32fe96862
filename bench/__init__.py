"""Load on a whole hotline: real Asterisk, real engine, SIPp as callers and agents."""
