//! Which part of a computation a process does: [`Shard`], and where it is told so: [`ShardChoice`].

use std::fmt;
use std::str::FromStr;

/// One of several processes that divide a computation: the third of sixteen is `3/16`, counted from 1.
///
/// ```
/// use dunamis_experiment::Shard;
/// let shard: Shard = "3/16".parse()?;
/// assert_eq!((shard.number(), shard.count()), (3, 16));
/// assert!(shard.owns(2) && shard.owns(18) && !shard.owns(3));
/// # Ok::<(), dunamis_experiment::ShardError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    count: u32,
    number: u32,
}

/// How a process learns its shard: `3/16`, or `auto` from the scheduler that started it, or `auto/16` where the scheduler says the
/// number of the process but not how many there are.
///
/// | scheduler | `auto` | `auto/n` |
/// |---|---|---|
/// | Slurm | place of `SLURM_ARRAY_TASK_ID` in the array of `SLURM_ARRAY_TASK_COUNT` tasks | `SLURM_ARRAY_TASK_ID` from 1 to n |
/// | Kubernetes | – | `JOB_COMPLETION_INDEX` from 0 to n − 1 |
/// | `HyperQueue` | – | `HQ_TASK_ID` from 1 to n |
/// | Open MPI | `OMPI_COMM_WORLD_RANK` from 0 of `OMPI_COMM_WORLD_SIZE` | the same, and n has to be the size |
///
/// With `auto/n` a task of an array keeps its part when some tasks are submitted again by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShardChoice {
    /// This one.
    Given(Shard),
    /// The one that the environment says, of this many if the environment does not say how many.
    Auto(Option<u32>),
}

/// Why there is no shard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShardError {
    /// Another form.
    #[error("`{text}` is no shard: write `i/n`, as in `1/4` to `4/4`, or `auto`, or `auto/n`")]
    Form {
        /// What was written.
        text: String,
    },
    /// No number from 1 to the count.
    #[error("there is no shard `{number}/{count}`: shards are counted from 1, `1/{count}` to `{count}/{count}`")]
    Range {
        /// The number.
        number: u64,
        /// The count.
        count: u32,
    },
    /// Nothing in the environment.
    #[error(
        "nothing says which shard this is: neither `SLURM_ARRAY_TASK_ID`, `JOB_COMPLETION_INDEX`, `HQ_TASK_ID` nor \
         `OMPI_COMM_WORLD_RANK` is set; write `i/n`"
    )]
    NoScheduler,
    /// More than one scheduler.
    #[error("`{}` and `{}` are both set, and each says which shard this is: write `i/n`", .variables[0], .variables[1])]
    Ambiguous {
        /// Two variables.
        variables: [&'static str; 2],
    },
    /// A scheduler that does not say how many there are.
    #[error("`{variable}` says which shard this is, but nothing says of how many: write `auto/n`")]
    NoCount {
        /// The variable.
        variable: &'static str,
    },
    /// A variable that is missing next to another one.
    #[error("`{variable}` is not set, though `{beside}` is: write `i/n`")]
    Unset {
        /// The variable.
        variable: &'static str,
        /// The one that is set.
        beside: &'static str,
    },
    /// A variable that is no number.
    #[error("`{variable}` is `{text}`, which is no whole number: write `i/n`")]
    NotANumber {
        /// The variable.
        variable: &'static str,
        /// Its value.
        text: String,
    },
    /// A number that no process has.
    #[error("`{variable}` is {value}, but should be from {first} to {last}: submit these numbers, or write `i/n`")]
    OutOfRange {
        /// The variable.
        variable: &'static str,
        /// Its value.
        value: u64,
        /// The smallest number.
        first: u64,
        /// The largest number.
        last: u64,
    },
    /// A Slurm array whose numbers are not evenly spaced.
    #[error("task {task} has no place among the {count} of the array from {first} in steps of {step}: write `auto/n`")]
    Uneven {
        /// `SLURM_ARRAY_TASK_ID`.
        task: u64,
        /// `SLURM_ARRAY_TASK_COUNT`.
        count: u32,
        /// `SLURM_ARRAY_TASK_MIN`.
        first: u64,
        /// `SLURM_ARRAY_TASK_STEP`.
        step: u64,
    },
    /// Two counts.
    #[error("`auto/{given}` was asked for, but `{variable}` is {found}: write `auto`")]
    Count {
        /// What was asked for.
        given: u32,
        /// The variable.
        variable: &'static str,
        /// Its value.
        found: u32,
    },
}

impl Shard {
    /// The whole computation.
    pub const WHOLE: Shard = Shard { count: 1, number: 1 };

    /// The shard of this number, from 1, among so many.
    ///
    /// # Errors
    ///
    /// [`ShardError::Range`].
    pub fn new(number: u64, count: u32) -> Result<Self, ShardError> {
        let range = ShardError::Range { number, count };
        match u32::try_from(number) {
            Ok(number) if (1..=count).contains(&number) => Ok(Shard { count, number }),
            _ => Err(range),
        }
    }

    /// Its number, from 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// How many shards there are.
    pub fn count(self) -> u32 {
        self.count
    }

    /// Whether a unit of work is its own; units are counted from 0 and go to the shards in turn.
    pub fn owns(self, unit: u64) -> bool {
        unit % u64::from(self.count) == u64::from(self.number - 1)
    }

    /// The shard among so many whose own a unit is.
    pub(crate) fn of_unit(unit: u64, count: u32) -> Self {
        Shard { count, number: (unit % u64::from(count.max(1))) as u32 + 1 }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let form = || ShardError::Form { text: text.into() };
        let (number, count) = text.split_once('/').ok_or_else(form)?;
        let (number, count) = (whole(number).ok_or_else(form)?, whole(count).ok_or_else(form)?);
        Shard::new(number, u32::try_from(count).map_err(|_| form())?)
    }
}

impl FromStr for ShardChoice {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let form = || ShardError::Form { text: text.into() };
        match text.strip_prefix("auto") {
            None => text.parse().map(ShardChoice::Given),
            Some("") => Ok(ShardChoice::Auto(None)),
            Some(rest) => {
                let count = rest.strip_prefix('/').and_then(whole).and_then(|count| u32::try_from(count).ok());
                Ok(ShardChoice::Auto(Some(count.filter(|&count| count > 0).ok_or_else(form)?)))
            }
        }
    }
}

impl ShardChoice {
    /// The shard; `variable` gives the values of environment variables.
    ///
    /// # Errors
    ///
    /// What is missing or wrong, and what to write instead.
    pub fn resolve(self, variable: impl Fn(&str) -> Option<String>) -> Result<Shard, ShardError> {
        let given = match self {
            ShardChoice::Given(shard) => return Ok(shard),
            ShardChoice::Auto(count) => count,
        };
        let mut set = SCHEDULERS.iter().filter(|scheduler| variable(scheduler.number).is_some());
        let scheduler = set.next().ok_or(ShardError::NoScheduler)?;
        if let Some(other) = set.next() {
            return Err(ShardError::Ambiguous { variables: [scheduler.number, other.number] });
        }
        let read = |name: &'static str| {
            let text = variable(name).ok_or(ShardError::Unset { variable: name, beside: scheduler.number })?;
            whole(&text).ok_or(ShardError::NotANumber { variable: name, text })
        };
        let count_of = |name: &'static str| {
            let value = read(name)?;
            let count = u32::try_from(value).ok().filter(|&count| count > 0);
            count.ok_or(ShardError::OutOfRange { variable: name, value, first: 1, last: u32::MAX.into() })
        };
        let value = read(scheduler.number)?;
        let numbered = |first: u64, count: u32| {
            let last = first + u64::from(count) - 1;
            if (first..=last).contains(&value) {
                return Shard::new(value - first + 1, count);
            }
            Err(ShardError::OutOfRange { variable: scheduler.number, value, first, last })
        };
        match (scheduler.count, given) {
            (Count::Absent, None) => Err(ShardError::NoCount { variable: scheduler.number }),
            (Count::Absent | Count::Array, Some(count)) => numbered(scheduler.first, count),
            (Count::Variable(name), given) => {
                let found = count_of(name)?;
                match given {
                    Some(given) if given != found => Err(ShardError::Count { given, variable: name, found }),
                    _ => numbered(scheduler.first, found),
                }
            }
            (Count::Array, None) => {
                let count = count_of("SLURM_ARRAY_TASK_COUNT")?;
                let (first, step) = (read("SLURM_ARRAY_TASK_MIN")?, read("SLURM_ARRAY_TASK_STEP")?.max(1));
                let uneven = ShardError::Uneven { task: value, count, first, step };
                match value.checked_sub(first).filter(|ahead| ahead % step == 0).map(|ahead| ahead / step) {
                    Some(place) if place < count.into() => Shard::new(place + 1, count),
                    _ => Err(uneven),
                }
            }
        }
    }
}

/// A scheduler, by the variable that says the number of a process.
struct Scheduler {
    number: &'static str,
    /// The number of the first process, where they are counted.
    first: u64,
    count: Count,
}

/// Where a scheduler says how many processes there are.
#[derive(Clone, Copy)]
enum Count {
    Absent,
    Variable(&'static str),
    /// An array of Slurm, which also says where it begins and in which steps it goes on.
    Array,
}

const SCHEDULERS: [Scheduler; 4] = [
    Scheduler { number: "SLURM_ARRAY_TASK_ID", first: 1, count: Count::Array },
    Scheduler { number: "JOB_COMPLETION_INDEX", first: 0, count: Count::Absent },
    Scheduler { number: "HQ_TASK_ID", first: 1, count: Count::Absent },
    Scheduler { number: "OMPI_COMM_WORLD_RANK", first: 0, count: Count::Variable("OMPI_COMM_WORLD_SIZE") },
];

/// Digits and nothing else.
fn whole(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn resolve(choice: &str, variables: &[(&str, String)]) -> Result<Shard, ShardError> {
        let variables: BTreeMap<_, _> = variables.iter().cloned().collect();
        choice.parse::<ShardChoice>()?.resolve(|name| variables.get(name).cloned())
    }

    proptest! {
        /// Every unit is the own of one shard, which is the one that is told so.
        #[test]
        fn units_are_divided(count in 1_u32..50, unit in any::<u64>()) {
            let owners: Vec<Shard> =
                (1..=count).map(|i| Shard::new(i.into(), count).unwrap()).filter(|shard| shard.owns(unit)).collect();
            prop_assert_eq!(owners, [Shard::of_unit(unit, count)]);
        }

        #[test]
        fn shards_are_what_they_show(number in 1_u32.., count in 1_u32..) {
            let (number, count) = (number.min(count), number.max(count));
            let shard = Shard::new(number.into(), count).unwrap();
            prop_assert_eq!(shard.to_string().parse(), Ok(shard));
            prop_assert_eq!(resolve(&shard.to_string(), &[]), Ok(shard));
            let beyond = ShardError::Range { number: u64::from(count) + 1, count };
            prop_assert_eq!(Shard::new(u64::from(count) + 1, count), Err(beyond));
            prop_assert_eq!(Shard::new(0, count), Err(ShardError::Range { number: 0, count }));
        }

        /// The processes of every scheduler are all shards, each once.
        #[test]
        fn schedulers_number_all_shards(count in 1_u32..40, first in 0_u64..1_000, step in 1_u64..9) {
            let all: Vec<Shard> = (1..=count).map(|i| Shard::new(i.into(), count).unwrap()).collect();
            let each = |choice: &str, variables: &dyn Fn(u64) -> Vec<(&'static str, String)>| -> Vec<Shard> {
                (0..u64::from(count)).map(|i| resolve(choice, &variables(i)).unwrap()).collect()
            };
            let slurm = |i: u64| vec![
                ("SLURM_ARRAY_TASK_ID", (first + i * step).to_string()),
                ("SLURM_ARRAY_TASK_MIN", first.to_string()),
                ("SLURM_ARRAY_TASK_STEP", step.to_string()),
                ("SLURM_ARRAY_TASK_COUNT", count.to_string()),
            ];
            prop_assert_eq!(&each("auto", &slurm), &all);
            let mpi = |i: u64| vec![("OMPI_COMM_WORLD_RANK", i.to_string()), ("OMPI_COMM_WORLD_SIZE", count.to_string())];
            prop_assert_eq!(&each("auto", &mpi), &all);
            let counted = format!("auto/{count}");
            prop_assert_eq!(&each(&counted, &mpi), &all);
            for (variable, first) in [("JOB_COMPLETION_INDEX", 0), ("HQ_TASK_ID", 1), ("SLURM_ARRAY_TASK_ID", 1)] {
                let one = |i: u64| vec![(variable, (first + i).to_string())];
                prop_assert_eq!(&each(&counted, &one), &all);
                let last = first + u64::from(count) - 1;
                let beyond = ShardError::OutOfRange { variable, value: last + 1, first, last };
                prop_assert_eq!(resolve(&counted, &one(count.into())), Err(beyond));
            }
        }

        #[test]
        fn no_text_and_no_environment_panics(text in "(auto)?/?[-+0-9 x]{0,24}/?[0-9]{0,24}", value in "\\PC{0,24}", digits in "[0-9]{0,24}") {
            for variable in SCHEDULERS.iter().map(|scheduler| scheduler.number) {
                for value in [&value, &digits] {
                    let _ = resolve(&text, &[(variable, value.clone())]);
                    let _ = resolve("auto/4", &[(variable, value.clone())]);
                    let rest = ["SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP", "SLURM_ARRAY_TASK_COUNT", "OMPI_COMM_WORLD_SIZE"];
                    let all: Vec<_> = rest.iter().chain([&variable]).map(|&name| (name, value.clone())).collect();
                    let _ = resolve("auto", &all);
                }
            }
        }
    }

    #[test]
    fn errors_name_the_fix() {
        let set = |variables: &[(&'static str, &str)]| {
            variables.iter().map(|&(name, value)| (name, value.to_owned())).collect::<Vec<_>>()
        };
        let rank = ("OMPI_COMM_WORLD_RANK", "1");
        let array = [("SLURM_ARRAY_TASK_COUNT", "3"), ("SLURM_ARRAY_TASK_MIN", "1"), ("SLURM_ARRAY_TASK_STEP", "1")];
        let cases = [
            ("three of four", set(&[])),
            ("auto/0", set(&[])),
            ("0/4", set(&[])),
            ("5/4", set(&[])),
            ("auto", set(&[])),
            ("auto", set(&[rank, ("HQ_TASK_ID", "1")])),
            ("auto", set(&[("JOB_COMPLETION_INDEX", "0")])),
            ("auto", set(&[rank])),
            ("auto", set(&[rank, ("OMPI_COMM_WORLD_SIZE", "two")])),
            ("auto", set(&[rank, ("OMPI_COMM_WORLD_SIZE", "1")])),
            ("auto/3", set(&[rank, ("OMPI_COMM_WORLD_SIZE", "2")])),
            ("auto/4", set(&[("HQ_TASK_ID", "0")])),
            ("auto", set(&[&array[..], &[("SLURM_ARRAY_TASK_ID", "9")]].concat())),
        ];
        let messages: Vec<String> =
            cases.iter().map(|(choice, variables)| resolve(choice, variables).unwrap_err().to_string()).collect();
        insta::assert_snapshot!(messages.join("\n"));
    }
}
