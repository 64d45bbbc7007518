"""Running a learner's program where it can harm nothing: one process for one answer, gone with the verdict.

`run.py` runs a program on given cases; `channel.py` is the tutor's end of the pipes and never executes the program;
`outcome.py` is what may come of it; `runner.py` is the other end, in a fresh interpreter, in the folder `/`, without
files or a folder of its own.

What is prevented, by which fence, and the test that tries it (all in `tests/grading/test_sandbox*.py`)
- a result that nobody asked for, a forged end (channel):
  test_a_message_of_the_program_is_not_believed
- the same with what stands in the frames around it (channel):
  test_nor_is_one_with_the_key_that_it_found
- leaving early, ending itself, closing its pipes (channel):
  test_leaving_early_is_wrong
- changed modules, comparers, encoders (channel):
  test_changing_modules_makes_nothing_right
- objects that answer for themselves (wire):
  test_an_object_that_speaks_for_itself_is_wrong
- running, computing, printing, answering without end (limits):
  test_a_hostile_program_gets_its_end
- more time by being ready again (channel):
  test_ready_again_gives_no_time
- being blamed for what others ended (run):
  test_a_program_that_is_ended_from_outside_runs_once_more
- children, and living on, after the verdict (process group):
  test_children_are_gone_with_the_verdict_even_without_the_fences
- living on after a tutor that is killed, a folder left (Linux):
  test_of_a_tutor_that_is_killed_neither_program_nor_folder_is_left
- environment, arguments, standard input (start):
  test_a_program_inherits_nothing
- reading files and folders outside the installation (hook; Landlock):
  test_nothing_is_read_outside_the_installation
- the same by what the hook does not see (Landlock):
  test_the_kernel_lets_nothing_be_read_outside_the_installation
- processes, signals, sockets, writing, changing files (hook; filter):
  test_nothing_is_done_outside
- all of these ways, one after another in one program (hook; filter; Landlock):
  test_of_many_ways_out_in_one_program_none_is_open
- every other system call that computing does not need (filter):
  test_the_kernel_refuses_what_is_not_on_its_list
- reading the tutor's and the worker's memory (Linux):
  test_the_memory_of_the_tutor_and_its_worker_is_closed_to_others

Walls and courtesies
- A wall is what the kernel refuses, whatever the program does to Python: the filter (Linux, x86-64 and ARM64) and
  Landlock (Linux from 5.13, where it is switched on). `Program.fences` says which of them stand.
- The audit hook is a courtesy. It refuses what a program does by Python's own functions, and its data cannot be reached
  from Python; but a program that breaks out of Python (by forged bytecode, say) gets past it. So **elsewhere than on
  Linux there is no wall**: there a program that breaks out can do what the user can do.
- Limits of memory, files and processes hold as far as the system honours them (macOS does not bound the address space).

What is not prevented
- A program can look at the time, at Python's own objects, and whether a file exists. It does not find the expected
  values: they are not in its process.
- It can compute the right values in any way it likes, also by taking over the pipes: values are all that is judged.
- It can hide that it wrote into its own arguments, by rewriting the frames around it.
- It can say that it made a slip that it did not make. A slip is never right, and never counted.

A program that is kept
`channel.Program` also runs one for a longer time: training that is shown as it goes, say. Each `call` is one step. The
process makes no step before it is asked for the next one, so it is never ahead of the screen. A step has its own limit
on the clock, and its own allowance of output; a step over its limit ends this program and no other. Leaving the `with`
ends the process, and so does the death of its owner.

    with Program(cpu=600, lifetime=3600) as program:
        program.allow(3)
        program.load(text, "step")
        for _ in range(100):
            weights = program.call({"weights": weights}, seconds=1).value
"""
