"""Juries without a database: whom to invite, the day's timetable, what votes say. No Django."""
