//! Archives of arrays, in all formats that have them: neither an archive nor, which is easier to find, the arrays of one make
//! a reader panic, and what can be written is read as the same model.
#![no_main]

use dunamis_envs::Format;
use dunamis_envs::format::Files;
use std::io::{Cursor, Write};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let archive = if bytes.starts_with(b"PK") { bytes.to_vec() } else { pack(bytes) };
    let files = Files::of("npz", archive);
    for format in [Format::Npz, Format::QuantEcon, Format::MdpToolbox] {
        let Ok(environment) = format.decode(&files, None) else { continue };
        let Ok(files) = format.encode(&environment) else { continue };
        let again = format.decode(&files, None).expect("what was written is read");
        assert_eq!(again.to_string(), environment.to_string());
    }
});

/// An archive of arrays that stand in lines such as `R 2x1 0.5 1`, `starts u 0 1` or `names b ab`.
fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for line in String::from_utf8_lossy(bytes).lines().take(20) {
        let mut words = line.split(' ');
        let (Some(name), Some(shape)) = (words.next(), words.next()) else { continue };
        let numbers = || words.clone().filter_map(|word| word.parse::<f64>().ok());
        let (kind, shape, data): (_, _, Vec<u8>) = match shape {
            "u" => ("<u8", numbers().count().to_string(), numbers().flat_map(|x| (x as u64).to_le_bytes()).collect()),
            "i" => ("<i8", numbers().count().to_string(), numbers().flat_map(|x| (x as i64).to_le_bytes()).collect()),
            "b" => {
                let text = words.clone().collect::<Vec<_>>().join(" ");
                ("|u1", text.len().to_string(), text.into_bytes())
            }
            shape => ("<f8", shape.replace('x', ", "), numbers().flat_map(f64::to_le_bytes).collect()),
        };
        let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape},), }}");
        // The data begin at a multiple of 64 bytes.
        let header = format!("{header:<width$}\n", width = (header.len() + 11).next_multiple_of(64) - 11);
        let length = u16::try_from(header.len()).unwrap_or(u16::MAX).to_le_bytes();
        if writer.start_file(format!("{name}.npy"), options).is_err() {
            continue;
        }
        for part in [&b"\x93NUMPY\x01\x00"[..], &length, header.as_bytes(), &data] {
            writer.write_all(part).expect("writing to memory succeeds");
        }
    }
    writer.finish().expect("writing to memory succeeds").into_inner()
}
