//! Arrays of `QuantEcon` and `MDPtoolbox`.

use crate::foreign_files::{error, path};
use dunamis_envs::format::{Files, read};
use dunamis_envs::{Environment, Format, load};
use ndarray::{Array1, ArrayD, IxDyn};
use std::fmt::Write as _;

/// The same forest, as `MDPtoolbox` and `QuantEcon` users save it: dense, with pairs in any order, with whole numbers.
#[test]
fn foreign_arrays_say_the_same() {
    let rows = |environment: &Environment| {
        let model = environment.model();
        let reward = environment.reward().unwrap().values().to_vec();
        (
            (0..model.available().len())
                .map(|pair| {
                    let (next, p) = model.row(pair);
                    (next.to_vec(), p.to_vec())
                })
                .collect::<Vec<_>>(),
            reward,
        )
    };
    let forest = load("forest").unwrap();
    for file in ["mdptoolbox.npz", "quantecon.npz", "quantecon-sparse.npz"] {
        let environment = read(path(file)).unwrap();
        assert_eq!(rows(&environment), rows(&forest), "{file}");
        let beta = file.starts_with('q').then_some(0.96);
        assert_eq!(environment.discount().map(dunamis_mdp::Discount::value), beta, "{file}");
    }
}

/// Rewards of states and of transitions.
#[test]
fn rewards_of_mdptoolbox() {
    let p = ("P", vec![1, 2, 2], vec![0.25, 0.75, 0.0, 1.0]);
    let rewards = |array| {
        let files = archive(&[p.clone(), array]);
        Format::MdpToolbox.decode(&files, None).unwrap().reward().unwrap().values().to_vec()
    };
    assert_eq!(rewards(("R", vec![2], vec![3.0, 4.0])), [3.0, 4.0]);
    assert_eq!(rewards(("R", vec![2, 1], vec![3.0, 4.0])), [3.0, 4.0]);
    assert_eq!(rewards(("R", vec![1, 2, 2], vec![8.0, 4.0, 100.0, 6.0])), [5.0, 6.0]);
}

type Array = (&'static str, Vec<usize>, Vec<f64>);

/// Arrays of doubles, or of counts where the name says so.
fn archive(arrays: &[Array]) -> Files {
    let mut writer = ndarray_npy::NpzWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, shape, numbers) in arrays {
        if name.ends_with("indices") || name.ends_with("indptr") {
            let counts: Vec<i64> = numbers.iter().map(|&number| number as i64).collect();
            writer.add_array(*name, &Array1::from_vec(counts)).unwrap();
        } else {
            writer.add_array(*name, &ArrayD::from_shape_vec(IxDyn(shape), numbers.clone()).unwrap()).unwrap();
        }
    }
    Files::of("npz", writer.finish().unwrap().into_inner())
}

/// What is wrong with good arrays once one is replaced, or taken away.
fn report(format: Format, good: &[Array], bad: &[Array]) -> String {
    assert_eq!(error(format, &archive(good)), "no error\n");
    let mut report = String::new();
    for array in bad {
        let mut arrays: Vec<Array> = good.iter().filter(|(name, ..)| *name != array.0).cloned().collect();
        if arrays.len() < good.len() {
            writeln!(report, "no {}\n  {}", array.0, error(format, &archive(&arrays)).trim_end()).unwrap();
        }
        arrays.push(array.clone());
        writeln!(report, "{array:?}\n  {}", error(format, &archive(&arrays)).trim_end()).unwrap();
    }
    report
}

#[test]
fn malformed_quantecon_files() {
    let of = |name, numbers: &[f64]| (name, vec![numbers.len()], numbers.to_vec());
    let good = [
        of("s_indices", &[1.0, 0.0]),
        of("a_indices", &[0.0, 0.0]),
        of("R", &[1.0, 2.0]),
        of("Q_data", &[1.0, 0.5, 0.5]),
        of("Q_indices", &[1.0, 0.0, 1.0]),
        of("Q_indptr", &[0.0, 1.0, 3.0]),
    ];
    let bad = [
        of("s_indices", &[1.0, 1.0]),
        of("s_indices", &[2.0, 0.0]),
        of("s_indices", &[-1.0, 0.0]),
        of("s_indices", &[]),
        of("a_indices", &[0.0]),
        of("R", &[1.0]),
        of("R", &[1.0, f64::NEG_INFINITY]),
        ("R", vec![2, 1], vec![1.0, 2.0]),
        of("Q_data", &[1.0, 0.5, 0.25]),
        of("Q_data", &[1.0, 0.5]),
        of("Q_indices", &[1.0, 0.0, 2.0]),
        of("Q_indptr", &[0.0, 3.0]),
        ("Q", vec![2, 3], vec![0.0; 6]),
        ("Q", vec![2, 2], vec![1.0, 0.0, 2.0, -1.0]),
        of("beta", &[1.0]),
        of("beta", &[0.5, 0.5]),
    ];
    insta::assert_snapshot!(report(Format::QuantEcon, &good, &bad));
}

#[test]
fn malformed_mdptoolbox_files() {
    let good = [("P", vec![1, 2, 2], vec![0.25, 0.75, 0.0, 1.0]), ("R", vec![2], vec![3.0, 4.0])];
    let bad = [
        ("P", vec![2, 2], vec![0.25, 0.75, 0.0, 1.0]),
        ("P", vec![0, 2, 2], vec![]),
        ("P", vec![1, 2, 1], vec![1.0, 1.0]),
        ("P", vec![1, 2, 2], vec![0.25, 0.5, 0.0, 1.0]),
        ("P", vec![1, 2, 2], vec![1.5, -0.5, 0.0, 1.0]),
        ("P", vec![1, 2, 2], vec![f64::NAN, 0.5, 0.0, 1.0]),
        ("R", vec![3], vec![0.0; 3]),
        ("R", vec![2, 2], vec![0.0; 4]),
        ("R", vec![1, 2, 2], vec![f64::INFINITY; 4]),
        ("discount", vec![1], vec![1.0]),
    ];
    insta::assert_snapshot!(report(Format::MdpToolbox, &good, &bad));
}
