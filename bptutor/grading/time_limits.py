"""How long anything may take that an answer sets off: its verdict, its proof, its program. All in seconds."""

VERDICT = 3.0
"""For a verdict without a proof; then the process that grades is killed."""
PROOF = 6.0
"""For the proof after it, in another process; `notation.limits.PROOF_SECONDS` ends it from inside before that."""
PROGRAM = 3.0
"""For all calls of a learner's program, once its sandbox is ready; computing is bounded more tightly there."""
CODE_VERDICT = 12.0
"""More for a verdict on a program: its sandbox is started, and the engine computes what is expected."""
START = 30.0
"""For a process that grades to start, on a machine that is busy."""
