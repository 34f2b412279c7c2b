//! Arrays of numbers and strings.

use super::super::FormatError;
use super::archive::Archive;
use super::index::NumberType;
use dunamis_mdp::{Number, Rational};
use num_bigint::{BigInt, BigUint};
use num_traits::Zero;

/// Most bits of a rational that is read; longer ones are longer than any number of a model may be.
const MAX_BITS: u32 = 16_384;

/// The error that something is wrong with entry `k` of an array.
pub(super) fn at(place: &str, k: usize, found: impl Into<String>, expected: impl Into<String>) -> FormatError {
    FormatError::Binary { place: format!("{place}[{k}]"), found: found.into(), expected: expected.into() }
}

/// The entries of an array of `width` bytes each.
fn entries<'a>(
    archive: &'a Archive,
    place: &str,
    count: u64,
    width: usize,
) -> Result<std::slice::ChunksExact<'a, u8>, FormatError> {
    let bytes = archive.require(place)?;
    if u64::try_from(width).ok().and_then(|width| count.checked_mul(width)) != Some(bytes.len() as u64) {
        let expected = format!("{count} numbers of {width} bytes, as `index.json` says");
        return Err(FormatError::Binary { place: place.into(), found: format!("{} bytes", bytes.len()), expected });
    }
    Ok(bytes.chunks_exact(width))
}

/// An array of 64-bit numbers.
pub(super) fn u64s(archive: &Archive, place: &str, count: u64) -> Result<Vec<u64>, FormatError> {
    let number = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap_or_default());
    Ok(entries(archive, place, count, 8)?.map(number).collect())
}

/// An array of 32-bit numbers.
pub(super) fn u32s(archive: &Archive, place: &str, count: u64) -> Result<Vec<u32>, FormatError> {
    let number = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap_or_default());
    Ok(entries(archive, place, count, 4)?.map(number).collect())
}

/// Starts of `groups` rows over `count` entries, and the end of the last; without the member, one entry for each row.
pub(super) fn starts(archive: &Archive, place: &str, groups: u64, count: u64) -> Result<Vec<usize>, FormatError> {
    if archive.get(place).is_none() && groups == count {
        // The caller has arrays of as many entries, so that this is no more memory than the file takes.
        return Ok((0..=count as usize).collect());
    }
    let starts = u64s(archive, place, groups.saturating_add(1))?;
    let mut last = 0;
    for (k, &start) in starts.iter().enumerate() {
        let fits = if k == 0 { start == 0 } else { start >= last && start <= count };
        if !fits || (k + 1 == starts.len() && start != count) {
            return Err(at(place, k, start.to_string(), format!("row starts that rise from 0 to {count}")));
        }
        last = start;
    }
    Ok(starts.into_iter().map(|start| start as usize).collect())
}

/// The numbers whose bits are set.
pub(super) fn set_bits(archive: &Archive, place: &str, count: u64) -> Result<Vec<usize>, FormatError> {
    let bytes = archive.require(place)?;
    if (bytes.len() as u64) < count.div_ceil(8) {
        let expected = format!("{count} bits, as `index.json` says");
        return Err(FormatError::Binary { place: place.into(), found: format!("{} bytes", bytes.len()), expected });
    }
    let bits = bytes.iter().enumerate().filter(|(_, byte)| **byte != 0);
    let bits = bits.flat_map(|(i, byte)| (0..8).filter(move |bit| byte >> bit & 1 == 1).map(move |bit| 8 * i + bit));
    // What is beyond fills up the last word.
    Ok(bits.take_while(|&bit| (bit as u64) < count).collect())
}

/// Bits of states, filled up to words of 8 bytes.
pub(super) fn bits(count: usize, set: impl Iterator<Item = usize>) -> Vec<u8> {
    let mut bytes = vec![0; 8 * count.div_ceil(64)];
    for bit in set {
        bytes[bit / 8] |= 1 << (bit % 8);
    }
    bytes
}

/// An array of numbers of some type.
pub(super) fn numbers(
    archive: &Archive,
    place: &str,
    number_type: &NumberType,
    count: u64,
) -> Result<Vec<Number>, FormatError> {
    let default = if number_type.name == "rational" { 128 } else { 64 };
    let bits = number_type.size.unwrap_or(default);
    let unsupported = || FormatError::Unsupported {
        place: place.into(),
        what: format!("the type `{}` of {bits} bits", number_type.name),
        instead: "write doubles of 64 bits, or rationals or integers of whole bytes",
    };
    let whole = if number_type.name == "rational" { 16 } else { 8 };
    if bits == 0 || !bits.is_multiple_of(whole) || bits > MAX_BITS || (number_type.name == "double" && bits != 64) {
        return Err(unsupported());
    }
    let entries = entries(archive, place, count, bits as usize / 8)?.enumerate();
    let range =
        |k| move |error: dunamis_mdp::NumberError| at(place, k, error.to_string(), "a number of a double's range");
    match number_type.name.as_str() {
        "double" => entries
            .map(|(k, bytes)| {
                let value = f64::from_le_bytes(bytes.try_into().unwrap_or_default());
                if value.is_finite() {
                    Ok(value.into())
                } else {
                    Err(at(place, k, value.to_string(), "a finite number"))
                }
            })
            .collect(),
        "rational" => entries
            .map(|(k, bytes)| {
                let (numerator, denominator) = bytes.split_at(bytes.len() / 2);
                let denominator = BigUint::from_bytes_le(denominator);
                if denominator.is_zero() {
                    return Err(at(place, k, "a denominator of 0", "a positive one"));
                }
                let numerator = BigInt::from_signed_bytes_le(numerator);
                Number::from_rational(Rational::new(numerator, denominator.into())).map_err(range(k))
            })
            .collect(),
        "int" => entries
            .map(|(k, bytes)| Number::from_rational(BigInt::from_signed_bytes_le(bytes).into()).map_err(range(k)))
            .collect(),
        "uint" => entries
            .map(|(k, bytes)| {
                Number::from_rational(BigInt::from(BigUint::from_bytes_le(bytes)).into()).map_err(range(k))
            })
            .collect(),
        _ => Err(unsupported()),
    }
}

/// The bytes and the type of numbers: doubles if that is what they are, else rationals of enough bits for all.
pub(super) fn encode(numbers: &[Number]) -> (Vec<u8>, NumberType) {
    if numbers.iter().all(Number::is_double) {
        let bytes = numbers.iter().flat_map(|number| number.value().to_le_bytes()).collect();
        return (bytes, NumberType { name: "double".into(), size: Some(64) });
    }
    let parts = |number: &Number| {
        let exact = number.exact();
        (exact.numer().to_signed_bytes_le(), exact.denom().magnitude().to_bytes_le())
    };
    let longest = numbers.iter().map(|number| {
        let (numerator, denominator) = parts(number);
        numerator.len().max(denominator.len())
    });
    let width = longest.max().unwrap_or(1).next_multiple_of(8);
    let mut bytes = Vec::with_capacity(2 * width * numbers.len());
    for number in numbers {
        let (numerator, denominator) = parts(number);
        let sign = if number.value() < 0.0 || numerator.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
        bytes.extend_from_slice(&numerator);
        bytes.resize(bytes.len() + width - numerator.len(), sign);
        bytes.extend_from_slice(&denominator);
        bytes.resize(bytes.len() + width - denominator.len(), 0);
    }
    (bytes, NumberType { name: "rational".into(), size: Some(16 * width as u32) })
}

/// The strings of a folder.
pub(super) fn strings(archive: &Archive, folder: &str, count: u64) -> Result<Vec<String>, FormatError> {
    let place = format!("{folder}/strings.bin");
    let bytes = archive.get(&place).unwrap_or_default();
    let starts = starts(archive, &format!("{folder}/string-mapping.bin"), count, bytes.len() as u64)?;
    let string = |(k, range): (usize, &[usize])| {
        let text = std::str::from_utf8(&bytes[range[0]..range[1]]);
        text.map(Into::into).map_err(|_| at(&place, k, "bytes that are not UTF-8", "text"))
    };
    starts.windows(2).enumerate().map(string).collect()
}

/// Adds the strings of a folder.
pub(super) fn add_strings<'a>(archive: &mut Archive, folder: &str, strings: impl Iterator<Item = &'a str>) {
    let (mut bytes, mut starts) = (Vec::new(), 0_u64.to_le_bytes().to_vec());
    for string in strings {
        bytes.extend_from_slice(string.as_bytes());
        starts.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    }
    archive.add(format!("{folder}/strings.bin"), bytes);
    archive.add(format!("{folder}/string-mapping.bin"), starts);
}
