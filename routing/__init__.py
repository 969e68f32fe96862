"""Where a call goes: the operators' plan, the calendar, the walk. Pure: no I/O, no clock, no chance."""
