"""The form of the OpenAI API over the studio's own verbs, so that its official client works here with one of our keys.

Translation only: names, shapes and errors. What may be made, by whom and for how much is decided where it always is.
"""
