"""The back office: the paperwork of a running hotline, in a process beside the engine (`hatch.py`, `room.py`)."""
