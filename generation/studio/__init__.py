"""The studio: text, pictures, film and speech made directly, by people in forms and by programs over HTTP.

Doors only: what is made goes through the same runs, jobs, catalogue and ledger as a story's pages. `wishes` reads what is
asked for, `making` are the verbs, `steps` what the engine's jobs mean here, `public` what the outside may know.
"""
