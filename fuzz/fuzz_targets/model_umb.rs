//! Models in UMB: neither an archive nor, which is easier to find, the members of one make the reader panic, and what can be
//! written is read as the same model.
#![no_main]

use dunamis_envs::Format;
use dunamis_envs::format::Files;

/// Members in the order in which the bytes of a seed are cut into them.
const MEMBERS: [&str; 8] = [
    "index.json",
    "branch-to-target.bin",
    "state-to-choices.bin",
    "choice-to-branches.bin",
    "branch-to-probability.bin",
    "annotations/rewards/r/states/values.bin",
    "annotations/rewards/r/branches/values.bin",
    "annotations/aps/a/states/values.bin",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let archive = if bytes.first() == Some(&b'{') { pack(bytes) } else { bytes.to_vec() };
    let Ok(environment) = Format::Umb.decode(&Files::of("umb", archive), None) else { return };
    let Ok(files) = Format::Umb.encode(&environment) else { return };
    let again = Format::Umb.decode(&files, None).expect("what was written is read");
    assert_eq!(again.to_string(), environment.to_string());
});

/// An archive of the members that stand in a text, separated by `%`.
fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in MEMBERS.into_iter().zip(bytes.split(|&byte| byte == b'%')) {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, path, content).expect("writing to memory succeeds");
    }
    builder.into_inner().expect("writing to memory succeeds")
}
