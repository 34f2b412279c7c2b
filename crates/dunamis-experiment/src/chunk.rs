//! What a record of a part file holds: the sum over a chunk of samples, and those samples that are kept one by one.

/// The sum over a chunk, and its first samples.
///
/// As bytes these are the length of the sum, the sum, the number of vectors of each sample, their length, and the vectors of all
/// samples; numbers are little-endian.
#[derive(Clone, Debug, PartialEq)]
pub struct ChunkContent {
    /// The sum, as [`dunamis_power::Ledger`] gives it.
    pub sum: Vec<u8>,
    /// For each sample that is kept its rewards and its POWER; for two agents those of H, and then those of A.
    pub samples: Vec<Vec<Vec<f64>>>,
}

impl ChunkContent {
    /// Writes it. All samples have the same number of vectors, and all vectors the same length.
    pub fn to_bytes(&self) -> Vec<u8> {
        let vectors = self.samples.first().map_or(0, Vec::len);
        let length = self.samples.first().and_then(|sample| sample.first()).map_or(0, Vec::len);
        let mut bytes = (self.sum.len() as u64).to_le_bytes().to_vec();
        bytes.extend(&self.sum);
        bytes.extend((vectors as u64).to_le_bytes());
        bytes.extend((length as u64).to_le_bytes());
        for number in self.samples.iter().flatten().flatten() {
            bytes.extend(number.to_le_bytes());
        }
        bytes
    }

    /// Reads it; `None` for bytes that were not written so.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (length, bytes) = count(bytes)?;
        let (sum, bytes) = bytes.split_at_checked(length)?;
        let (vectors, bytes) = count(bytes)?;
        let (length, bytes) = count(bytes)?;
        let samples = match vectors.checked_mul(length)?.checked_mul(8)? {
            0 if bytes.is_empty() => Vec::new(),
            0 => return None,
            size if bytes.len() % size != 0 => return None,
            size => {
                bytes.chunks_exact(size).map(|sample| sample.chunks_exact(8 * length).map(numbers).collect()).collect()
            }
        };
        Some(ChunkContent { sum: sum.to_vec(), samples })
    }
}

fn count(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (count, rest) = bytes.split_first_chunk()?;
    Some((usize::try_from(u64::from_le_bytes(*count)).ok()?, rest))
}

fn numbers(bytes: &[u8]) -> Vec<f64> {
    bytes.chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().expect("eight"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn contents_come_back_from_their_bytes(
            sum in proptest::collection::vec(any::<u8>(), 0..40),
            (samples, vectors, length) in (0_usize..17, prop::sample::select(vec![2_usize, 4]), 1_usize..5),
            bits in any::<u64>(),
        ) {
            let number = |i: usize| f64::from_bits(bits.rotate_left(i as u32));
            let vector = |i: usize| (0..length).map(|j| number(i + j)).collect::<Vec<f64>>();
            let samples = (0..samples).map(|i| (0..vectors).map(|j| vector(i + j)).collect()).collect();
            let content = ChunkContent { sum, samples };
            let bytes = content.to_bytes();
            let back = ChunkContent::from_bytes(&bytes).unwrap();
            // As bytes, because numbers may be none.
            prop_assert_eq!(back.to_bytes(), bytes);
            prop_assert_eq!((back.sum, back.samples.len()), (content.sum, content.samples.len()));
        }

        #[test]
        fn no_bytes_panic(numbers in proptest::collection::vec(prop_oneof![0_u64..40, any::<u64>()], 0..12), cut in 0_usize..8) {
            let mut bytes: Vec<u8> = numbers.into_iter().flat_map(u64::to_le_bytes).collect();
            bytes.truncate(bytes.len().saturating_sub(cut));
            if let Some(content) = ChunkContent::from_bytes(&bytes) && !content.samples.is_empty() {
                prop_assert_eq!(content.to_bytes(), bytes);
            }
        }
    }
}
