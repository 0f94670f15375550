"""Every central question a story can have, by key. The writing is in `prose`; the test of one is that it gets answered."""

from __future__ import annotations

from .prose.debts import DEBTS
from .prose.errands import ERRANDS
from .prose.owners import OWNERS
from .shapes import Arc

ARCS: dict[str, Arc] = {arc.key: arc for arc in (*OWNERS, *ERRANDS, *DEBTS)}
