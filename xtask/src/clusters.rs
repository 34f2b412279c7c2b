//! `cargo xtask clusters`: the scripts of the guide to clusters, run by real schedulers on the loopback interface.

use crate::dunamis::{Build, Dunamis};
use crate::workspace::{Failure, Result, Workspace, output, run as run_command};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The Debian packages of what the scripts need.
pub(crate) const PACKAGES: &[&str] = &["slurm-wlm", "munge", "openmpi-bin"];

/// Succeeds where they are installed.
pub(crate) const PROBE: &[&str] =
    &["sh", "-c", "command -v slurmctld && command -v slurmd && command -v munged && command -v mpirun"];

/// What to say where they are not.
pub(crate) const MISSING: &str =
    "Slurm or Open MPI is not installed: `apt-get install slurm-wlm munge openmpi-bin` as root";

/// Where the scripts are, from the root.
const SCRIPTS: &str = "docs/guide/clusters";

/// How long a scheduler may take for all of its work.
const PATIENCE: Duration = Duration::from_secs(600);

/// Lines of a manifest that say when and on what a run was computed.
const CIRCUMSTANCES: &[&str] = &["  \"threads\":", "  \"started\":", "  \"seconds\":"];

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let dunamis = Dunamis::build(workspace, Build::Development)?;
    let place = Place::new(workspace, &dunamis)?;
    run_command(place.command("dunamis").args(["run", "maze.toml", "--runs", "undivided"]).stdout(Stdio::null()))?;
    let expected = files(&place.path.join("undivided"))?;
    for (name, scheduler) in SCHEDULERS {
        let begin = Instant::now();
        if let Some(reason) = scheduler(&place)? {
            println!("{name}: SKIPPED ({reason})");
            continue;
        }
        let runs = place.path.join("runs");
        if files(&runs)? != expected {
            return Err(Failure::new(format!("{name}: the runs differ from those of one process")));
        }
        println!("{name}: {} files are the same, {:.1} s", expected.len(), begin.elapsed().as_secs_f64());
        std::fs::remove_dir_all(&runs).map_err(|error| Failure::new(error.to_string()))?;
    }
    Ok(())
}

/// Makes the runs by one scheduler; why not, where it is not there.
type Scheduler = fn(&Place) -> Result<Option<&'static str>>;

const SCHEDULERS: &[(&str, Scheduler)] = &[("Slurm", slurm), ("Open MPI", mpi)];

/// A directory of its own, which is removed at the end.
struct Place {
    path: PathBuf,
    /// With the built binary first.
    search: OsString,
}

impl Place {
    fn new(workspace: &Workspace, dunamis: &Dunamis<'_>) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("dunamis-clusters-{}", std::process::id()));
        let fail = |error: std::io::Error| Failure::new(format!("cannot set up `{}`: {error}", path.display()));
        std::fs::create_dir(&path).map_err(fail)?;
        let mut search = dunamis.folder().as_os_str().to_owned();
        search.push(":");
        search.push(std::env::var_os("PATH").unwrap_or_default());
        search.push(":/usr/sbin");
        for entry in std::fs::read_dir(workspace.path(SCRIPTS)).map_err(fail)?.flatten() {
            std::fs::copy(entry.path(), path.join(entry.file_name())).map_err(fail)?;
        }
        Ok(Place { path, search })
    }

    /// A command in this directory that knows nothing of schedulers that may have started this task.
    fn command(&self, program: &str) -> Command {
        // Programs are looked up where this task looks for them, unless the path says more.
        let found = std::env::split_paths(&self.search).map(|folder| folder.join(program)).find(|path| path.is_file());
        let mut command = Command::new(found.unwrap_or_else(|| program.into()));
        command.current_dir(&self.path).env("PATH", &self.search).stdin(Stdio::null());
        for (variable, _) in std::env::vars_os() {
            let name = variable.to_string_lossy();
            if ["SLURM_", "OMPI_", "PMIX_", "HQ_", "JOB_COMPLETION_INDEX"].iter().any(|start| name.starts_with(start)) {
                command.env_remove(variable);
            }
        }
        command
    }

    fn has(&self, program: &str) -> bool {
        std::env::split_paths(&self.search).any(|folder| folder.join(program).is_file())
    }

    /// Starts a program that serves others until it is dropped; what it says goes to a file.
    fn daemon(&self, command: &mut Command, log: &str) -> Result<Daemon> {
        let file = || std::fs::File::create(self.path.join(log)).map_err(|error| Failure::new(error.to_string()));
        let started = command.stdout(file()?).stderr(Stdio::null()).spawn();
        started.map(Daemon).map_err(|error| Failure::new(format!("`{log}`: cannot be started: {error}")))
    }

    /// Runs a script of the guide to its end.
    fn script(&self, name: &str, change: impl FnOnce(&mut Command)) -> Result<()> {
        let mut command = self.command("sh");
        command.arg(name).stdout(Stdio::null());
        change(&mut command);
        let child = command.spawn().map_err(|error| Failure::new(format!("`{name}` cannot be started: {error}")))?;
        let mut child = Daemon(child);
        let begin = Instant::now();
        loop {
            match child.0.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(None) if begin.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(20)),
                Ok(Some(status)) => return Err(Failure::new(format!("`{name}` failed ({status})\n{}", self.logs()))),
                Ok(None) => return Err(Failure::new(format!("`{name}` does not end\n{}", self.logs()))),
                Err(error) => return Err(Failure::new(format!("`{name}`: {error}"))),
            }
        }
    }

    /// Waits until a command succeeds.
    fn wait_for(&self, mut ready: impl FnMut() -> Option<bool>, what: &str) -> Result<()> {
        let begin = Instant::now();
        while ready() != Some(true) {
            if begin.elapsed() > Duration::from_secs(60) {
                return Err(Failure::new(format!("{what} does not start\n{}", self.logs())));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// The ends of all logs, for failures.
    fn logs(&self) -> String {
        let logs = std::fs::read_dir(&self.path).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut logs: Vec<PathBuf> = logs.filter(|path| path.extension().is_some_and(|end| end == "log")).collect();
        logs.sort();
        let end = |path: PathBuf| {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            let end = lines[lines.len().saturating_sub(12)..].join("\n");
            format!("--- {}\n{end}\n", path.file_name().unwrap_or_default().to_string_lossy())
        };
        logs.into_iter().map(end).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// A process that is ended by its id when this is dropped.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(Some(_))) {
            return;
        }
        // Politely first, so that it can end what it has started.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let begin = Instant::now();
        while matches!(self.0.try_wait(), Ok(None)) && begin.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A cluster of one node, with a key, sockets, ports and a config of its own.
fn slurm(place: &Place) -> Result<Option<&'static str>> {
    if !["slurmctld", "slurmd", "sbatch", "munged"].iter().all(|program| place.has(program)) {
        return Ok(Some(MISSING));
    }
    if output(place.command("id").arg("-u"))?.trim() != "0" {
        return Ok(Some("only root starts the daemons of Slurm"));
    }
    let fail = |error: std::io::Error| Failure::new(format!("cannot set up Slurm: {error}"));
    let folder = |name: &str| {
        let path = place.path.join(name);
        std::fs::create_dir(&path).map(|()| path)
    };
    let munge = folder("munge").map_err(fail)?;
    let permit = |mode: &str, path: &Path| run_command(place.command("chmod").arg(mode).arg(path));
    permit("755", &munge)?;
    let key = munge.join("key");
    let mut random = std::fs::File::open("/dev/urandom").map(|file| std::io::Read::take(file, 128)).map_err(fail)?;
    std::io::copy(&mut random, &mut std::fs::File::create(&key).map_err(fail)?).map_err(fail)?;
    permit("600", &key)?;
    let (state, spool) = (folder("state").map_err(fail)?, folder("spool").map_err(fail)?);
    let host = output(place.command("hostname").arg("-s"))?;
    let [controller, node] = free_ports().map_err(fail)?;
    let config = place.path.join("slurm.conf");
    let text = format!(
        "ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
AuthInfo=socket={munge}/socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation={state}
SlurmdSpoolDir={spool}
SlurmctldPidFile={place}/slurmctld.pid
SlurmdPidFile={place}/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
",
        host = host.trim(),
        munge = munge.display(),
        state = state.display(),
        spool = spool.display(),
        place = place.path.display(),
    );
    std::fs::write(&config, text).map_err(fail)?;
    let slurm = |program: &str| {
        let mut command = place.command(program);
        command.env("SLURM_CONF", &config);
        command
    };
    let at = |name: &str| munge.join(name).display().to_string();
    let arguments = ["socket", "key-file", "pid-file", "log-file", "seed-file"].map(|option| {
        let name = option.trim_end_matches("-file");
        format!("--{option}={}", at(name))
    });
    let mut munged = place.command("munged");
    let _munged = place.daemon(munged.arg("--foreground").args(arguments), "munged.log")?;
    place.wait_for(|| munge.join("socket").try_exists().ok(), "munged")?;
    let _slurmctld = place.daemon(slurm("slurmctld").arg("-D"), "slurmctld.log")?;
    let _slurmd = place.daemon(slurm("slurmd").arg("-D"), "slurmd.log")?;
    let idle = || Some(output(slurm("sinfo").args(["--noheader", "--format=%t"])).ok()?.trim() == "idle");
    place.wait_for(idle, "Slurm")?;
    place.script("slurm.sh", |command| {
        command.env("SLURM_CONF", &config);
    })?;
    Ok(None)
}

/// Ports of the loopback interface that nobody uses.
fn free_ports() -> std::io::Result<[u16; 2]> {
    let listeners = [TcpListener::bind(("127.0.0.1", 0))?, TcpListener::bind(("127.0.0.1", 0))?];
    let [one, other] = listeners.map(|listener| listener.local_addr().map(|address| address.port()));
    Ok([one?, other?])
}

fn mpi(place: &Place) -> Result<Option<&'static str>> {
    if !place.has("mpirun") {
        return Ok(Some(MISSING));
    }
    place.script("mpi.sh", |command| {
        // Neither root nor a machine of one core keeps a test from running.
        command.env("OMPI_ALLOW_RUN_AS_ROOT", "1").env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
        command.env("OMPI_MCA_rmaps_base_oversubscribe", "1").env("OMPI_MCA_oob_tcp_if_include", "lo");
    })?;
    Ok(None)
}

/// All files of all runs in a directory, by their paths from there, without what says when and on what they were made.
fn files(runs: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let fail = |error: std::io::Error| Failure::new(format!("cannot read `{}`: {error}", runs.display()));
    let mut files = BTreeMap::new();
    for run in std::fs::read_dir(runs).map_err(fail)?.flatten().filter(|entry| entry.path().is_dir()) {
        for entry in std::fs::read_dir(run.path()).map_err(fail)?.flatten() {
            let path = entry.path();
            let mut bytes = std::fs::read(&path).map_err(fail)?;
            if path.ends_with("manifest.json") {
                bytes = without_circumstances(&String::from_utf8_lossy(&bytes)).into_bytes();
            }
            files.insert(path.strip_prefix(runs).unwrap_or(&path).to_owned(), bytes);
        }
    }
    if files.is_empty() {
        return Err(Failure::new(format!("there are no runs in `{}`", runs.display())));
    }
    Ok(files)
}

fn without_circumstances(manifest: &str) -> String {
    let told = |line: &&str| !CIRCUMSTANCES.iter().any(|start| line.starts_with(start));
    manifest.lines().filter(told).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_shows_the_script_that_is_tested() {
        let script = include_str!("../../docs/guide/clusters/slurm-array.sh");
        assert!(include_str!("../../docs/guide/clusters.md").contains(&format!("```sh\n{script}```\n")));
    }

    #[test]
    fn manifests_are_compared_without_their_times() {
        let manifest = |seconds, states| {
            format!("{{\n  \"states\": {states},\n  \"seconds\": {seconds},\n  \"files\": {{}}\n}}\n")
        };
        assert_eq!(without_circumstances(&manifest(1, 2)), without_circumstances(&manifest(3, 2)));
        assert_ne!(without_circumstances(&manifest(1, 2)), without_circumstances(&manifest(1, 3)));
    }
}
