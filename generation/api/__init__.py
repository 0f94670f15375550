"""The engine's JSON routes: jobs, and the files they made."""
