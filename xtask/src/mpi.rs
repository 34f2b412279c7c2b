//! `cargo xtask mpi`: one model solved by several processes that MPI connects, with the same bytes however many there are.

use crate::dunamis::{Build, Dunamis};
use crate::workspace::{Failure, Result, Workspace, output};
use std::time::Instant;

/// The Debian packages of what the feature `mpi` needs.
pub(crate) const PACKAGES: &[&str] = &["libopenmpi-dev", "openmpi-bin", "libclang-dev"];

/// Succeeds where the compiler finds `mpi.h`, `mpirun` starts it, and libclang reads the header for Rust.
pub(crate) const PROBE: &[&str] = &[
    "sh",
    "-c",
    "echo '#include <mpi.h>' | cc $(mpicc --showme:compile) -E - >/dev/null && command -v mpirun \
     && find /usr/lib* /usr/local/lib \"${LIBCLANG_PATH:-/usr/lib}\" \\( -name 'libclang.so*' -o -name 'libclang-[0-9]*.so*' \\) | grep .",
];

/// What to say where they are not.
pub(crate) const MISSING: &str = "Open MPI with its headers, or libclang, is not installed: `apt-get install libopenmpi-dev openmpi-bin libclang-dev` as root";

/// What is solved: stored, computed and mapped rows, near successors and such as lie anywhere, with and without evaluation sweeps.
const PROBLEMS: &[&str] = &[
    "forest --discount 0.9",
    "garnet:states=500,seed=7 --discount 0.99",
    "implicit-grid:rows=40,columns=30,noise=1/10 --discount 0.95",
    "implicit-grid:rows=1,columns=3 --discount 0.5",
    "implicit-garnet:states=1001,seed=3 --discount 0.99 --set evaluation_sweeps=0",
    "implicit-garnet:states=1001,reach=10 --discount 0.9 --max-iterations 3",
    "target/mpi.dmdp --discount 0.95",
];

/// The model in a file, of which every rank looks at its own part.
const FILE: [&str; 5] =
    ["env", "convert", "implicit-grid:rows=200,columns=30,noise=1/10", "target/mpi.dmdp", "--quiet"];

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let dunamis = Dunamis::build(workspace, Build::Mpi)?;
    std::fs::create_dir_all(workspace.path("target")).map_err(|error| Failure::new(format!("`target`: {error}")))?;
    output(&mut dunamis.command(&FILE))?;
    for problem in PROBLEMS {
        let begin = Instant::now();
        let expected = ranks(workspace, &dunamis, problem, 1)?;
        for count in [2, 4] {
            if ranks(workspace, &dunamis, problem, count)? != expected {
                return Err(Failure::new(format!("`{problem}`: {count} ranks differ from one")));
            }
        }
        let is_in_memory = !(problem.starts_with("implicit-") || problem.contains(".dmdp"));
        if !is_in_memory && output(&mut alone(&dunamis, problem))? != expected {
            return Err(Failure::new(format!("`{problem}`: one process without MPI differs from one rank")));
        }
        println!("{problem}: 1, 2 and 4 ranks are the same, {:.1} s", begin.elapsed().as_secs_f64());
    }
    Ok(())
}

/// The arguments of a problem.
fn arguments(problem: &str) -> Vec<&str> {
    let mut arguments = vec!["--threads", "1", "--quiet", "solve"];
    arguments.extend(problem.split(' '));
    arguments.push("--json");
    arguments
}

fn alone(dunamis: &Dunamis<'_>, problem: &str) -> std::process::Command {
    dunamis.command(&arguments(problem))
}

/// What so many ranks print together.
fn ranks(workspace: &Workspace, dunamis: &Dunamis<'_>, problem: &str, count: usize) -> Result<String> {
    let mut command = workspace.command("mpirun");
    command.args(["-n", &count.to_string()]).arg(dunamis.executable()).args(arguments(problem)).arg("--mpi");
    // Neither root nor a machine of one core keeps a test from running.
    command.env("OMPI_ALLOW_RUN_AS_ROOT", "1").env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    command.env("OMPI_MCA_rmaps_base_oversubscribe", "1").env("OMPI_MCA_oob_tcp_if_include", "lo");
    // Ranks that share a core must not spin while they wait for each other.
    command.env("OMPI_MCA_mpi_yield_when_idle", "1");
    let text = output(&mut command)?;
    if text.contains("\"digest\"") {
        Ok(text)
    } else {
        Err(Failure::new(format!("`{problem}` has no digest:\n{text}")))
    }
}
