//! Part files of shards: none panics, and nothing is believed that was not written so.
#![no_main]

use dunamis_experiment::{ChunkContent, PartContents, PartDepth};
use std::io::Cursor;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut file = Cursor::new(bytes);
    let read = |file: &mut Cursor<&[u8]>, depth| PartContents::read(file, depth).expect("no file, no errors");
    let headers = read(&mut file, PartDepth::Headers);
    let contents = read(&mut file, PartDepth::Content);
    assert!(headers.records.starts_with(&contents.records));
    for record in &contents.records {
        let content = record.content(&mut file).expect("no file, no errors").expect("its hash is right");
        assert_eq!(content.len() as u64, record.header.length);
        let _ = ChunkContent::from_bytes(&content);
    }
    // Contents are parsed behind hashes that no fuzzer guesses, so they are also tried as they are.
    if let Some(content) = ChunkContent::from_bytes(bytes) {
        assert!(content.samples.iter().all(|sample| sample.len() == content.samples[0].len()));
    }
});
