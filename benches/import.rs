//! Model files of two agents: a joint maze of some 1,000 states and 9,400 pairs of moves, as the exporter writes it.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dunamis_envs::format::Files;
use dunamis_envs::{Collision, Format, JointEnvironment, load};
use std::hint::black_box;

fn joint_files(c: &mut Criterion) {
    let mut group = c.benchmark_group("import");
    let maze = load("maze-7x7").expect("registered");
    let joint = JointEnvironment::new(maze, Collision::None).expect("valid");
    for (name, format) in [("maze-7x7.gv", Format::Powerplay), ("maze-7x7.json", Format::Json)] {
        let files: Files = format.encode_joint(joint.model()).expect("holds two agents");
        let bytes = files.iter().map(|(_, bytes)| bytes.len() as u64).sum();
        group.throughput(Throughput::Bytes(bytes)).sample_size(10);
        group.bench_function(name, |b| {
            b.iter(|| {
                let model = format.decode_joint(black_box(&files)).expect("valid").expect("two agents");
                assert_eq!((model.states().len(), model.pairs()), (961, 9_409));
                JointEnvironment::given(name, model)
            });
        });
    }
}

criterion_group!(benches, joint_files);
criterion_main!(benches);
