"""Which models a tier may use now, under which names, and what one purchase costs.

What an adapter can send stands in code (`Capabilities`); what exists and what it costs stands in `AiModel` and `Price`;
what a tier may use stands in `ModelGrant`. A model is usable when it is enabled, not retired, granted and priced, when
this install has an adapter that speaks to it, and when there is a key to buy with.
"""

from generation.catalogue.abilities import capabilities, fit, fitted, refuse_wrong
from generation.catalogue.names import Chosen, Why, choose, refuse_off, resolve
from generation.catalogue.offering import Offer, Sheet, default, has, keep_or_replace, of_kind, offers, sheet
from generation.pricing import cost_of, prices_of, quote

__all__ = [
    "Chosen",
    "Offer",
    "Sheet",
    "Why",
    "capabilities",
    "choose",
    "cost_of",
    "default",
    "fit",
    "fitted",
    "has",
    "keep_or_replace",
    "of_kind",
    "offers",
    "prices_of",
    "quote",
    "refuse_off",
    "refuse_wrong",
    "resolve",
    "sheet",
]
