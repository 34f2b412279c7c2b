//! Ranks that are processes, on one machine or many, by MPI.

use crate::Communicator;
use mpi::Threading;
use mpi::collective::SystemOperation;
use mpi::environment::Universe;
use mpi::request::scope;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator as _, CommunicatorCollectives, Destination, Source};

/// Most values of one message: MPI counts them by signed 32-bit numbers.
const MESSAGE: usize = 1 << 28;

/// This process among those that `mpirun` has started. MPI ends when it is dropped.
pub struct MpiRank {
    world: SimpleCommunicator,
    _universe: Universe,
}

impl MpiRank {
    /// Starts MPI; `None` if it was started in this process before. Only the thread that starts it may use it.
    pub fn new() -> Option<Self> {
        let (universe, _) = mpi::initialize_with_threading(Threading::Funneled)?;
        Some(MpiRank { world: universe.world(), _universe: universe })
    }
}

impl Communicator for MpiRank {
    fn rank(&self) -> usize {
        self.world.rank() as usize
    }

    fn size(&self) -> usize {
        self.world.size() as usize
    }

    fn all_reduce_min(&self, numbers: &mut [f64]) {
        for numbers in numbers.chunks_mut(MESSAGE) {
            let own = numbers.to_vec();
            self.world.all_reduce_into(&own[..], numbers, SystemOperation::min());
        }
    }

    fn exchange(&self, sends: Vec<(usize, &[f64])>, receives: Vec<(usize, &mut [f64])>) {
        // Messages between two ranks arrive in the order in which they were sent.
        scope(|scope| {
            let mut requests = Vec::new();
            for (from, values) in receives {
                let source = self.world.process_at_rank(from as i32);
                requests.extend(values.chunks_mut(MESSAGE).map(|part| source.immediate_receive_into(scope, part)));
            }
            let mut sent = Vec::new();
            for (to, values) in sends {
                let target = self.world.process_at_rank(to as i32);
                sent.extend(values.chunks(MESSAGE).map(|part| target.immediate_send(scope, part)));
            }
            for request in requests {
                request.wait_without_status();
            }
            for request in sent {
                request.wait_without_status();
            }
        });
    }
}
