//! Tables over several runs.

use dunamis_experiment::{Column, Frame, Run, RunPower, Sweep, run_sweep};

const CONFIG: &str = "\
name = 'x'
samples = 40
environment.name = 'corridor-3'
environment.collision = ['none', 'block']
power = { agents = 2, discount = [0.1, '1/3'], seed-baseline = false }
";

fn runs(text: &str) -> Vec<Run> {
    let directory = tempfile::tempdir().unwrap();
    run_sweep(text.parse::<Sweep>().unwrap(), directory.path(), |_, _| (), |_| ()).unwrap().runs
}

fn numbers<'a>(frame: &'a Frame, name: &str) -> &'a [Option<f64>] {
    match frame.columns.iter().find(|(column, _)| column == name) {
        Some((_, Column::Number(values))) => values,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn one_row_per_run() {
    let runs = runs(CONFIG);
    let frame = Frame::of_runs(&runs);
    let names: Vec<&str> = frame.columns.iter().map(|(name, _)| name.as_str()).collect();
    insta::assert_snapshot!(names.join(" "), @"run name collision discount states samples power_h power_h_se power_h_lowest power_h_highest power_a power_a_se power_a_lowest power_a_highest power_h_seed power_h_seed_se power_h_seed_lowest power_h_seed_highest alpha alpha_se alpha_corrected alpha_corrected_se alpha_rank solver_error seconds");
    assert_eq!(frame.rows(), 4);
    assert_eq!(numbers(&frame, "discount"), [Some(0.1), Some(1.0 / 3.0), Some(0.1), Some(1.0 / 3.0)]);
    for (row, run) in runs.iter().enumerate() {
        let RunPower::MultiAgent { a, alignment, .. } = &run.power else { unreachable!() };
        let mean = a.mean.iter().sum::<f64>() / a.mean.len() as f64;
        assert_eq!(numbers(&frame, "power_a")[row], Some(mean));
        assert_eq!(numbers(&frame, "alpha_corrected")[row], alignment.noise_corrected);
        assert!(
            numbers(&frame, "power_a_lowest")[row] <= Some(mean)
                && Some(mean) <= numbers(&frame, "power_a_highest")[row]
        );
    }
}

#[test]
fn one_row_per_run_and_state() {
    let runs = runs(CONFIG);
    let frame = Frame::of_states(&runs);
    assert_eq!(frame.rows(), 9 + 9 + 6 + 6);
    let RunPower::MultiAgent { h, .. } = &runs[3].power else { unreachable!() };
    assert_eq!(numbers(&frame, "power_h")[24..], h.mean.iter().copied().map(Some).collect::<Vec<_>>());
    assert_eq!(numbers(&frame, "power_h_se")[24..], h.std_error.iter().copied().map(Some).collect::<Vec<_>>());
    let csv = String::from_utf8(frame.to_csv().unwrap()).unwrap();
    let lines: Vec<&str> = csv.lines().take(2).collect();
    assert!(
        lines[0].starts_with("run,collision,discount,state,power_h,power_h_se,power_a,power_a_se,power_h_seed"),
        "{}",
        lines[0]
    );
    assert!(lines[1].contains(",none,0.1,\"(0, 0)_H^(0, 0)_A\","), "{}", lines[1]);
}

#[test]
fn runs_of_one_agent_and_of_two_stand_side_by_side() {
    let runs =
        runs("name = 'x'\nsamples = 1\nenvironment.name = 'corridor-3'\npower = { discount = 0.5, agents = [1, 2] }");
    let frame = Frame::of_runs(&runs);
    assert_eq!(numbers(&frame, "power")[1], None);
    assert_eq!(numbers(&frame, "power_h")[0], None);
    // A single sample says nothing of errors.
    assert_eq!(numbers(&frame, "power_se"), [None, None]);
    assert_eq!(Frame::of_runs(&[]).rows(), 0);
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_files_have_the_same_values() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;
    let runs = runs(CONFIG);
    for frame in [Frame::of_runs(&runs), Frame::of_states(&runs), Frame::of_runs(&[])] {
        let reader = SerializedFileReader::new(bytes(&frame)).unwrap();
        let mut rows = 0;
        for (row, record) in reader.get_row_iter(None).unwrap().enumerate() {
            for ((name, field), (expected_name, column)) in record.unwrap().get_column_iter().zip(&frame.columns) {
                assert_eq!(name, expected_name);
                let found = match field {
                    Field::Null => String::new(),
                    Field::Str(text) => text.clone(),
                    Field::Double(number) => number.to_string(),
                    Field::ULong(number) => number.to_string(),
                    other => panic!("{other:?}"),
                };
                assert_eq!(found, column.text(row), "{name}, row {row}");
            }
            rows += 1;
        }
        assert_eq!(rows, frame.rows());
    }
}

#[cfg(feature = "parquet")]
fn bytes(frame: &Frame) -> std::fs::File {
    use std::io::{Seek, Write};
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&frame.to_parquet().unwrap()).unwrap();
    file.rewind().unwrap();
    file
}
