"""Runs one command and prints, as JSON, what it cost: the whole process, from the kernel's own accounts.

Started by process.py as a program of its own, because Linux hands a parent's peak memory down to its children: what is
small can only be seen from a small parent. Takes the file for standard output, then the command.
"""

import os
import sys
import time

output, *command = sys.argv[1:]
written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
errors = os.open(output + ".err" if output != os.devnull else output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
actions = [(os.POSIX_SPAWN_DUP2, written, 1), (os.POSIX_SPAWN_DUP2, errors, 2)]
start = time.monotonic()
child = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
_, status, used = os.wait4(child, 0)
wall = time.monotonic() - start
cpu = used.ru_utime + used.ru_stime
print(f'{{"wall": {wall}, "cpu": {cpu}, "memory": {used.ru_maxrss * 1024}, "status": {os.waitstatus_to_exitcode(status)}}}')
