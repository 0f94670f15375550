"""What is kept out: rules that staff write down, checks that are bought, and the events that say what came of them.

Decisions only, from rows and texts; nothing here buys, ends or shows anything. `folding` reads a text as an eye would,
`patterns` lets in only expressions that end in time, `words` finds rules in a text, `policies` says what holds where,
`entering` is asked by every verb that takes words of people, `verdicts` reads what checks answered, `events` writes down.
`generation.jobs.checking` carries it out.
"""
