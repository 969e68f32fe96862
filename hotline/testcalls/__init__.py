"""The synthetic caller: the hotline is called by itself, and what it says is listened to."""
