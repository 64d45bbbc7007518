"""Running a learner's program where it can harm nothing: one process for one answer, gone with the verdict.

`run.py` is the tutor's end and never executes the program; `inside.py` is the other end, in a fresh interpreter.

What is bounded, on every system with POSIX processes
- Time: `CPU` seconds of computing, `WALL` seconds on the clock. Then the whole process group is killed.
- Output: the beginning of what is printed is kept for the learner, and more than `PRINTED` bytes end the program.
- Memory, open files, processes, the size of files (0: none can be written), core files: by resource limits,
  as far as the system honours them (macOS does not bound the address space; the superuser may start any
  number of processes).
- The environment is empty, the folder is an empty temporary one, standard input is closed.
- Through Python's audit hook: starting processes, the network, signals to others, foreign code (ctypes), writing,
  renaming and deleting files, reading files outside the Python installation. Each raises `PermissionError`.

On Linux with x86-64 or ARM64 the kernel also refuses (seccomp), whatever the program does to Python: new
processes, sockets, opening files for writing, signals to other processes; and the process dies with its parent.

What is not prevented
- A program that breaks out of Python (by forged arrays that reach into memory, say) gets past the audit hook;
  it can then read files that the user can read, though on Linux it can neither write, send nor start anything.
- Elsewhere than on Linux it could then do what the user can do. Where a system has neither fence, a child that
  makes a session of its own outlives the verdict.
- A program that measures time or looks at Python's own objects is not stopped; the expected values are not in its
  process, so it cannot find them there.
"""
