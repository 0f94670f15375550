"""Letters to people: what accounts announces is written as a job and a sealed row, in the transaction of what it tells of.

`posting` writes and puts away, `alerts` tells of budgets, `steps` is what a job of a letter means. How letters are sent:
`generation/providers/mail.py`.
"""
