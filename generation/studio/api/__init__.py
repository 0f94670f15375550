"""The direct routes for programs: making texts, pictures and films, asking how far they are, and uploads."""
