"""Telling tenants what happened: a job ended, or a budget is nearly used.

`events` says what is told, pure; `endpoints` where to; `deliveries` writes what is on its way; `announcing` hears of what
happened; `steps` keeps the log. A delivery is a job of kind `deliver` like any other: the engine claims it, sends it through
`generation/providers/webhook.py`, tries it again by `policy`, and survives a crash with it.
"""
