//! Pipes, colors and silence.

use crate::Workplace;
use std::io::Read;
use std::process::Stdio;

#[test]
fn a_reader_may_go_away() {
    let place = Workplace::new();
    for command in ["env show robot-face-20x20 --json", "env list", "--help"] {
        let mut command = place.command(command);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("text");
        assert_eq!((child.wait().expect("an end").code(), stderr.as_str()), (Some(0), ""));
    }
}

#[test]
fn colors_are_for_terminals() {
    let place = Workplace::new();
    let mut command = place.command("power nowhere --discount 0.9");
    let plain = command.output().expect("the binary starts").stderr;
    assert!(!plain.contains(&0x1b), "{}", String::from_utf8_lossy(&plain));
    let forced = command.env("CLICOLOR_FORCE", "1").output().expect("the binary starts").stderr;
    assert!(forced.contains(&0x1b), "{}", String::from_utf8_lossy(&forced));
}

#[test]
fn quiet_keeps_remarks_back() {
    let place = Workplace::new();
    let command = "env show robot-face-20x20";
    assert!(place.answer(command).stderr.starts_with("note: "));
    assert_eq!(place.answer(&format!("{command} --quiet")).stderr, "");
}
