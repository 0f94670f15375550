"""Which process watches which, and how each one ends. `play` and production run the same tree:

    play                      web server in-process; keeps one supervisor (`keeper`)
      manage.py workers       keeps one worker group alive, sweeps (`supervisor`)
        worker group          its own session and process group (`host`)
          django-q2: sentinel, pusher, monitor, workers; below them the children that paint

Promises. A parent that goes, even by SIGKILL, takes everything below it along: each child holds a pipe to its parent and
ends when it closes, and what django-q2 forks dies with its own parent. A worker group that dies, or lives without doing
work, is replaced within 15 seconds. Terminal signals reach only the top. No room below `config` knows that any of this
exists, except for two environment variables: the group's name and its stop file.
"""
