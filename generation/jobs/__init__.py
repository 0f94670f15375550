"""The life of a job. This package is the only writer of `Job.status`.

`asking` makes runs and jobs, tries them again and cancels them; `claiming` gives due jobs to workers; `checking` looks at
what is asked for and at what came back; `outcomes` writes what became of them, and `ending` what ended badly; `transitions`
holds the table of states and the compare-and-set that all of them go through; `public` says what the outside may know.
"""
