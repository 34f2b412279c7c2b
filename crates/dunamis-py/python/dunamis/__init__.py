"""A workbench for power-seeking in Markov decision processes.

Models come from arrays, files, maps and other packages (`Mdp`, `load`, `gridworld`); `solve`, `evaluate` and `visit_distribution` answer
questions about them, with true error bounds. All arrays are NumPy's.

>>> import dunamis
>>> solution = dunamis.solve(dunamis.load("forest"), discount=0.9)
>>> solution.status
'converged'
"""

from dunamis._dunamis import (
    Evaluation,
    ExactSolution,
    JointModel,
    Mdp,
    Picture,
    Solution,
    Verification,
    VisitDistribution,
    environments,
    evaluate,
    formats,
    gridworld,
    joint_gridworld,
    load,
    load_joint,
    solve,
    solve_exact,
    solvers,
    verify,
    visit_distribution,
)
from dunamis._dunamis import __version__ as __version__
from dunamis._errors import (
    ArgumentError,
    DunamisError,
    EnvError,
    InternalError,
    ModelError,
    PlotError,
    SolveError,
    VerifyError,
)
from dunamis._explore import explore

__all__ = [
    "ArgumentError",
    "DunamisError",
    "EnvError",
    "Evaluation",
    "ExactSolution",
    "InternalError",
    "JointModel",
    "Mdp",
    "ModelError",
    "Picture",
    "PlotError",
    "Solution",
    "SolveError",
    "Verification",
    "VerifyError",
    "VisitDistribution",
    "environments",
    "evaluate",
    "explore",
    "formats",
    "gridworld",
    "joint_gridworld",
    "load",
    "load_joint",
    "solve",
    "solve_exact",
    "solvers",
    "verify",
    "visit_distribution",
]
