//! Model files that other programs wrote, and files that are wrong.

use dunamis_envs::Format;
use dunamis_envs::format::{Files, read, read_reward};
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

pub(crate) fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/files").join(name)
}

/// The error of files, with its causes.
pub(crate) fn error(format: Format, files: &Files) -> String {
    let Err(error) = format.decode(files, None) else { return "no error\n".into() };
    let mut text = format!("{error}\n");
    let mut cause = error.source();
    while let Some(error) = cause {
        writeln!(text, "    because {error}").unwrap();
        cause = error.source();
    }
    text
}

/// Storm's own choice of numbers: the same model in doubles and in rationals, with two rewards and a choice without a name.
#[test]
fn storm() {
    let mut dumps = String::new();
    for (file, reward) in
        [("storm.umb", "default"), ("storm.umb", "steps"), ("storm.drn", "default"), ("storm.drn", "steps")]
    {
        let environment = read_reward(path(file), Some(reward)).unwrap().with_name(file).with_description(reward);
        writeln!(dumps, "{environment}").unwrap();
    }
    insta::assert_snapshot!(dumps);
    assert!(read(path("storm.umb")).unwrap_err().source().unwrap().to_string().contains("`default`, `steps`"));
    let error = read_reward(path("storm.umb"), Some("step")).unwrap_err();
    assert!(error.source().unwrap().to_string().contains("no reward `step`: it has `default`, `steps`"));
}

/// Rationals, rewards of branches, branches to one state, two initial states, actions of one name.
#[test]
fn umbi() {
    let environment = read(path("umbi.umb")).unwrap().with_name("umbi").with_description("");
    insta::assert_snapshot!(environment);
    let xz = read(path("umbi-xz.umb")).unwrap().with_name("umbi").with_description("");
    assert_eq!(xz.to_string(), environment.to_string());
}

/// The example of PRISM's manual in its shape: comments, a chain, labels that nobody has, rewards of transitions.
#[test]
fn prism() {
    let chain = Files::of("tra", "2 3\n0 0 1/2 a\n0 1 1/2 b\n1 1 1\n");
    assert_eq!(
        error(Format::PrismExplicit, &chain),
        "line 3, column 9: found `b`, expected `a`, the action of the choice\n"
    );
    let files = Files::of("tra", "2 4\n0 0 1/2\n0 1 1/2\n1 0 0.25\n1 1 0.75\n")
        .with("lab", "0=\"init\" 1=\"deadlock\" 2=\"all coins\" 3=\"never\"\n0: 0 2\n")
        .with("srew", "# Reward structure \"r\"\n# State rewards\n2 1\n1 3\n")
        .with("trew", "2 2\n0 1 4\n1 0 1e1\n");
    insta::assert_snapshot!(Format::PrismExplicit.decode(&files, None).unwrap());
    assert_eq!(
        error(Format::PrismExplicit, &Files::of("lab", "")),
        "the `.tra` file with the transitions is missing: put it beside\n"
    );
}

#[test]
fn any_sibling_finds_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let tra = "1 1 1\n0 0 0 1 stay\n";
    for (name, text) in [("x.tra", tra), ("x.srew", "1 1\n0 7\n"), ("x.lab", "0=\"init\" 1=\"deadlock\"\n0: 0\n")] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    for extension in ["tra", "srew", "lab"] {
        let environment = read(folder.path().join("x").with_extension(extension)).unwrap();
        assert_eq!(environment.reward().unwrap().values(), [7.0], "{extension}");
        assert_eq!(environment.labels().len(), 1);
    }
    // Writing a model without reward removes the reward that is there.
    let plain = Format::PrismExplicit.decode(&Files::of("tra", tra), None).unwrap();
    dunamis_envs::format::write(&plain, folder.path().join("x.lab")).unwrap();
    assert!(read(folder.path().join("x.tra")).unwrap().reward().is_none());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    std::fs::write(folder.path().join("x.srew"), "1 1\n0 x\n").unwrap();
    let error = read(folder.path().join("x.tra")).unwrap_err();
    assert!(error.to_string().contains("x.srew"), "{error}");
}

#[test]
fn malformed_prism_files() {
    let good = || Files::of("tra", "2 2 3\n0 0 0 1/2 go\n0 0 1 0.5 go\n1 0 1 1\n");
    assert_eq!(error(Format::PrismExplicit, &good()), "no error\n");
    let mut report = String::new();
    for text in [
        "",
        "2 2\n",
        "2 2 3 4\n",
        "two 2 3\n",
        "2 2 4\n0 0 0 1\n1 0 1 1\n",
        "9999999999999 2 1\n0 0 0 1\n",
        "0 0 0\n",
        "2 2 2\n0 0 0 1\n1 0 2 1\n",
        "2 2 2\n0 0 0 1\n1 1 0 1\n",
        "2 2 2\n0 0 0 1\n0 2 0 1\n",
        "2 2 2\n1 0 0 1\n0 0 0 1\n",
        "2 2 2\n0 0 0 1\n0 1 0 1\n",
        "2 3 2\n0 0 0 1\n1 0 0 1\n",
        "1 1 1\n0 0 0 half\n",
        "1 1 1\n0 0 0 1/0\n",
        "1 1 1\n0 0 0 0.9\n",
        "1 1 1\n0 0 0\n",
        "1 1 1\n0 0 0 1 go on\n",
        "1 1 2\n0 0 0 0.5\n0 0 0 0.5\n",
        "1 1 1\n0 0 0 -1\n",
        "1 1 1\n0 0 -0 1\n",
    ] {
        write!(report, "{text:?}\n  {}", error(Format::PrismExplicit, &Files::of("tra", text))).unwrap();
    }
    for (part, text) in [
        ("lab", ""),
        ("lab", "0=init\n"),
        ("lab", "#DECLARATION\ninit\n#END\n0 init\n"),
        ("lab", "0=\"init\" 1=\"x\n"),
        ("lab", "0=\"init\"\n0 0\n"),
        ("lab", "0=\"init\"\n5: 0\n"),
        ("lab", "0=\"init\"\n1: 1\n"),
        ("srew", ""),
        ("srew", "3 1\n0 1\n"),
        ("srew", "2 2\n0 1\n"),
        ("srew", "2 2\n0 1\n0 1\n"),
        ("srew", "2 1\n0 one\n"),
        ("trew", "2 2 1\n0 1 0 1\n"),
        ("trew", "2 2 1\n1 0 0 1\n"),
        ("trew", "2 2 2\n0 0 1 1\n0 0 1 1\n"),
        ("trew", "2 2 1\n0 0 1 1e999\n"),
    ] {
        write!(report, ".{part} {text:?}\n  {}", error(Format::PrismExplicit, &good().with(part, text))).unwrap();
    }
    let binary = error(Format::PrismExplicit, &good().with("lab", [b'0', b'=', b'\n', b' ', 0xff]));
    write!(report, "bytes\n  {binary}").unwrap();
    insta::assert_snapshot!(report);
}

#[test]
fn malformed_drn_files() {
    let head = "@type: MDP\n@parameters\n\n@reward_models\nr\n@nr_states\n2\n@nr_choices\n2\n@model\n";
    let body = "state 0 [1] init\n\taction go [0]\n\t\t1 : 1\nstate 1 [0]\n\taction go\n\t\t1 : 1\n";
    let good = format!("{head}{body}");
    assert_eq!(error(Format::Drn, &Files::of("drn", good.as_str())), "no error\n");
    let mut report = String::new();
    for (from, to) in [
        ("@type: MDP", "@type: CTMC"),
        ("@type: MDP", "@type: "),
        ("@parameters\n", "@parameters\np q\n"),
        ("@parameters\n", "@value_type: interval\n@parameters\n"),
        ("@parameters\n", "@placeholders\n$0 : 1\n@parameters\n"),
        ("@nr_states\n2\n", "@nr_states\n8888888888888\n"),
        ("@nr_states\n2\n", ""),
        ("@nr_choices\n2\n", "@nr_choices\n3\n"),
        ("@model\n", ""),
        ("state 1", "state 5"),
        ("state 1", "state 0"),
        ("state 0", "stat 0"),
        ("[1]", "[1, 2]"),
        ("[1]", "[1"),
        ("[1]", "[one]"),
        ("init", "\"init"),
        ("\taction go [0]\n", ""),
        ("\taction go [0]\n", "\taction\n"),
        ("\taction go [0]\n", "\taction go [0] now\n"),
        ("\t\t1 : 1\nstate", "\t\t2 : 1\nstate"),
        ("\t\t1 : 1\nstate", "\t\t1 1\nstate"),
        ("\t\t1 : 1\nstate", "\t\t1 : p\nstate"),
        ("\t\t1 : 1\nstate", "\t\t1 : 0.4\nstate"),
        ("\t\t1 : 1\nstate", "\t\t1 : 0.5\n\t\t1 : 0.5\nstate"),
        ("\t\t1 : 1\nstate", "state"),
    ] {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good);
        write!(report, "{from:?} as {to:?}\n  {}", error(Format::Drn, &Files::of("drn", text))).unwrap();
    }
    insta::assert_snapshot!(report);
}

/// An archive of members.
fn archive(members: &[(&str, Vec<u8>)]) -> Files {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, path, content.as_slice()).unwrap();
    }
    Files::of("umb", builder.into_inner().unwrap())
}

#[test]
fn malformed_umb_files() {
    let u64s = |numbers: &[u64]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let index = |states: u64, choices: u64, branches: u64, more: &str| {
        format!(
            r##"{{"format-version":1,"format-revision":0,"transition-system":{{"time":"discrete","#players":1,"#states":{states},
            "#initial-states":0,"#choices":{choices},"#choice-actions":0,"#branches":{branches},"#branch-actions":0,
            "#observations":0{more}}}}}"##
        )
        .into_bytes()
    };
    let double = r#","branch-probability-type":{"type":"double","size":64}"#;
    let f64s = |numbers: &[f64]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let targets = ("branch-to-target.bin", u64s(&[0, 1]));
    let probabilities = |numbers: &[f64]| ("branch-to-probability.bin", f64s(numbers));
    let good = archive(&[("index.json", index(2, 2, 2, double)), targets.clone(), probabilities(&[1.0, 1.0])]);
    assert_eq!(error(Format::Umb, &good), "no error\n");
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(&vec![0; 1 << 22]).unwrap();
    let rational = r#","branch-probability-type":{"type":"rational","size":128}"#;
    let interval = r#","branch-probability-type":{"type":"double-interval","size":128}"#;
    let cases: Vec<(&str, Files)> = vec![
        ("nothing", Files::of("umb", "")),
        ("no archive", Files::of("umb", "PK\x03\x04")),
        ("broken gzip", Files::of("umb", [0x1f, 0x8b, 8, 0])),
        ("broken xz", Files::of("umb", [0xfd, b'7', b'z', b'X', b'Z', 0, 0, 4])),
        ("zeros", Files::of("umb", bomb.finish().unwrap())),
        ("no index", archive(std::slice::from_ref(&targets))),
        ("no JSON", archive(&[("index.json", b"{\n \"format-version\": 1\n}".to_vec())])),
        (
            "another version",
            archive(&[(
                "index.json",
                String::from_utf8(index(2, 2, 2, "")).unwrap().replace("version\":1", "version\":2").into(),
            )]),
        ),
        (
            "a game",
            archive(&[(
                "index.json",
                String::from_utf8(index(2, 2, 2, "")).unwrap().replace("players\":1", "players\":2").into(),
            )]),
        ),
        ("no targets", archive(&[("index.json", index(2, 2, 2, ""))])),
        ("few targets", archive(&[("index.json", index(2, 2, 3, "")), targets.clone()])),
        ("many states", archive(&[("index.json", index(u64::MAX, 2, 2, "")), targets.clone()])),
        ("many branches", archive(&[("index.json", index(2, 2, u64::MAX, "")), targets.clone()])),
        ("target", archive(&[("index.json", index(2, 2, 2, "")), ("branch-to-target.bin", u64s(&[0, 2]))])),
        (
            "falling starts",
            archive(&[("index.json", index(2, 2, 2, "")), targets.clone(), ("state-to-choices.bin", u64s(&[0, 3, 2]))]),
        ),
        (
            "no choice",
            archive(&[("index.json", index(2, 2, 2, "")), targets.clone(), ("state-to-choices.bin", u64s(&[0, 2, 2]))]),
        ),
        (
            "no branch",
            archive(&[
                ("index.json", index(2, 2, 2, "")),
                targets.clone(),
                ("choice-to-branches.bin", u64s(&[0, 2, 2])),
            ]),
        ),
        ("sum", archive(&[("index.json", index(2, 2, 2, double)), targets.clone(), probabilities(&[1.0, 0.5])])),
        (
            "infinite",
            archive(&[("index.json", index(2, 2, 2, double)), targets.clone(), probabilities(&[1.0, f64::INFINITY])]),
        ),
        (
            "zero denominator",
            archive(&[
                ("index.json", index(2, 2, 2, rational)),
                targets.clone(),
                ("branch-to-probability.bin", u64s(&[1, 1, 1, 0])),
            ]),
        ),
        ("intervals", archive(&[("index.json", index(2, 2, 2, interval)), targets.clone(), probabilities(&[1.0; 4])])),
        ("discount", archive(&[("index.json", index(2, 2, 2, "")), targets, ("dunamis/discount.txt", b"1".to_vec())])),
    ];
    let mut report = String::new();
    for (what, files) in &cases {
        write!(report, "{what}\n  {}", error(Format::Umb, files)).unwrap();
    }
    insta::assert_snapshot!(report);
}

#[test]
fn what_cannot_be_held_is_refused() {
    let environment = |text: &str| dunamis_envs::Environment::from_json("model", text).unwrap();
    let stay = r#"{"from":"0","action":"ACTION","to":"0","probability":1}"#;
    let model = |action: &str, more: &str| {
        environment(&format!(
            r#"{{"schema":1,"states":["0"],"transitions":[{}]{more}}}"#,
            stay.replace("ACTION", action)
        ))
    };
    let lossy = r#"{"schema":1,"states":["0"],"transitions":[{"from":"0","action":"a","to":null,"probability":1}]}"#;
    let named =
        r#"{"schema":1,"states":["home"],"transitions":[{"from":"home","action":"a","to":"home","probability":1}]}"#;
    let mut report = String::new();
    for (what, environment) in [
        ("lost mass", environment(lossy)),
        ("state names", environment(named)),
        ("discount", model("a", r#","discount":"1/2""#)),
        ("blank", model("go on", "")),
        ("no name", model("", "")),
        ("gap", model("7", r#","rewards":{"0":1}"#)),
        ("label", model("a", r#","labels":{"x \"y\"":["0"]}"#)),
        ("nobody's label", model("a", r#","labels":{"x":[]}"#)),
    ] {
        for format in
            [Format::Umb, Format::PrismExplicit, Format::Drn, Format::Cassandra, Format::MdpToolbox, Format::Json]
        {
            let written = format.encode(&environment).map_or_else(|error| error.to_string(), |_| "written".into());
            writeln!(report, "{what}, {format}: {written}").unwrap();
        }
    }
    insta::assert_snapshot!(report);
}

#[test]
fn malformed_npz_files() {
    let archive = |arrays: &[(&str, Vec<u64>)]| {
        let mut writer = ndarray_npy::NpzWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, numbers) in arrays {
            match *name {
                "probabilities" => {
                    let numbers: Vec<f64> = numbers.iter().map(|&number| number as f64 / 2.0).collect();
                    writer.add_array(*name, &ndarray::Array1::from_vec(numbers)).unwrap();
                }
                "state_names" | "action_names" | "label_names" => {
                    let bytes: Vec<u8> = numbers.iter().map(|&number| number as u8).collect();
                    writer.add_array(*name, &ndarray::Array1::from_vec(bytes)).unwrap();
                }
                _ => writer.add_array(*name, &ndarray::Array1::from_vec(numbers.clone())).unwrap(),
            }
        }
        Files::of("npz", writer.finish().unwrap().into_inner())
    };
    let good = vec![
        ("schema", vec![1]),
        ("state_starts", vec![0, 1]),
        ("actions", vec![0]),
        ("row_starts", vec![0, 1]),
        ("successors", vec![0]),
        ("probabilities", vec![2]),
        ("state_names", vec![120]),
        ("state_name_starts", vec![0, 1]),
        ("action_names", vec![97]),
        ("action_name_starts", vec![0, 1]),
        ("label_names", vec![]),
        ("label_name_starts", vec![0]),
        ("label_starts", vec![0]),
        ("label_states", vec![]),
    ];
    assert_eq!(error(Format::Npz, &archive(&good)), "no error\n");
    let mut report = format!("no archive\n  {}", error(Format::Npz, &Files::of("npz", "no archive")));
    for (name, numbers) in [
        ("schema", vec![2]),
        ("state_starts", vec![0, 2]),
        ("state_starts", vec![0]),
        ("actions", vec![1]),
        ("row_starts", vec![1, 1]),
        ("row_starts", vec![0, 0]),
        ("successors", vec![1]),
        ("probabilities", vec![1]),
        ("probabilities", vec![1, 1]),
        ("state_names", vec![255]),
        ("state_name_starts", vec![]),
        ("label_name_starts", vec![0, 0]),
        ("state_rewards", vec![1]),
        ("discount", vec![1]),
    ] {
        let mut arrays: Vec<_> = good.iter().filter(|(other, _)| *other != name).cloned().collect();
        arrays.push((name, numbers.clone()));
        write!(report, "{name} {numbers:?}\n  {}", error(Format::Npz, &archive(&arrays))).unwrap();
        arrays.pop();
        if !["state_rewards", "discount"].contains(&name) {
            assert_ne!(error(Format::Npz, &archive(&arrays)), "no error\n");
        }
    }
    insta::assert_snapshot!(report);
}
