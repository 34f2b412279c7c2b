//! Models in DMDP: neither damage nor, which is easier to find, a lie that the checksums fit makes the reader panic or give a model
//! that is none, and what can be written is read as the same model.
#![no_main]

use dunamis_envs::format::Files;
use dunamis_envs::{Format, MappedMdp};
use dunamis_mdp::ImplicitMdp;

/// Bytes of the header, the last of which are its hash.
const HEADER: usize = 384;

/// Bytes of a section in the header and of a block in the index, the last of which are their hashes.
const ENTRY: usize = 48;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    read(bytes);
    let mut sealed = bytes.to_vec();
    if seal(&mut sealed).is_some() {
        read(&sealed);
    }
});

fn read(file: &[u8]) {
    let Ok(mapped) = MappedMdp::parse(file.to_vec()) else { return };
    for state in 0..mapped.states() {
        for action in 0..mapped.actions(state) {
            let mut mass = 0.0;
            let reward = mapped.row(state, action, |next, probability| {
                assert!(next < mapped.states() && (0.0..=1.0).contains(&probability));
                mass += probability;
            });
            assert!(reward.is_finite() && mass <= 1.0 + 1e-9 && mapped.action_name(state, action).is_some());
        }
    }
    let Ok(environment) = Format::Dmdp.decode(&Files::of("dmdp", file), None) else { return };
    let Ok(files) = Format::Dmdp.encode(&environment) else { return };
    let again = Format::Dmdp.decode(&files, None).expect("what was written is read");
    assert_eq!(again.to_string(), environment.to_string());
}

/// Makes all hashes fit the bytes that they are of; `None` where that is not within the file.
fn seal(file: &mut [u8]) -> Option<()> {
    let number = |file: &[u8], place: usize| -> Option<usize> {
        let bytes = file.get(place..)?.first_chunk().copied()?;
        usize::try_from(u64::from_le_bytes(bytes)).ok()
    };
    let hash = |file: &mut [u8], start: usize, end: usize, place: usize| -> Option<()> {
        let hash = blake3::hash(file.get(start..end)?);
        file.get_mut(place..place + 32)?.copy_from_slice(hash.as_bytes());
        Some(())
    };
    let section = |k: usize| 64 + k * ENTRY;
    let (index, length) = (number(file, section(5))?, number(file, section(5) + 8)?);
    if index > file.len() || length > file.len() - index {
        return None;
    }
    for entry in (0..length / ENTRY).map(|block| index + block * ENTRY) {
        let is_last = entry + 2 * ENTRY > index + length;
        let end = if is_last { index } else { number(file, entry + ENTRY)? };
        hash(file, number(file, entry)?, end, entry + 16)?;
    }
    for place in (0..6).map(section) {
        let (start, length) = (number(file, place)?, number(file, place + 8)?);
        hash(file, start, start.checked_add(length)?.checked_next_multiple_of(64)?, place + 16)?;
    }
    hash(file, 0, HEADER - 32, HEADER - 32)
}
