//! Several streams side by side, one per vector lane: the same numbers as one after the other, several times faster.

use multiversion::multiversion;

use crate::stream::{STREAM_VERSION, ULP};
use crate::{Seed, stream};

/// Streams in a tile.
pub const STREAMS: usize = 16;

/// One 32-bit word of each stream.
type Words = [u32; STREAMS];

/// The state of `ChaCha8` [Bernstein 2008] for each stream.
type State = [Words; 16];

impl Seed {
    /// Fills `numbers[j][l]` with the `j`-th [uniform](crate::StreamRng::uniform) number of stream `first + l`.
    ///
    /// ```
    /// use dunamis_sampling::{STREAMS, Seed};
    ///
    /// let mut numbers = [[0.0; STREAMS]; 3];
    /// Seed::new(7).fill_uniform_streams(40, &mut numbers);
    /// let mut stream = Seed::new(7).stream(42);
    /// assert_eq!(numbers.map(|of_streams| of_streams[2]), [stream.uniform(), stream.uniform(), stream.uniform()]);
    /// ```
    pub fn fill_uniform_streams(self, first: u64, numbers: &mut [[f64; STREAMS]]) {
        let mut state = [[0; STREAMS]; 16];
        let constant = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];
        let key = [self.get(), 0, stream::SAMPLES, u64::from(STREAM_VERSION)];
        for (word, value) in state.iter_mut().zip(constant.into_iter().chain(key.into_iter().flat_map(halves))) {
            *word = [value; STREAMS];
        }
        for l in 0..STREAMS {
            [state[14][l], state[15][l]] = halves(first.wrapping_add(l as u64));
        }
        for (block, numbers) in numbers.chunks_mut(8).enumerate() {
            let counter = halves(block as u64);
            (state[12], state[13]) = ([counter[0]; STREAMS], [counter[1]; STREAMS]);
            uniform_block(&state, numbers);
        }
    }
}

/// The low and the high half of a word.
fn halves(word: u64) -> [u32; 2] {
    [word as u32, (word >> 32) as u32]
}

/// The uniform numbers of one block of every stream, eight or fewer.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn uniform_block(start: &State, numbers: &mut [[f64; STREAMS]]) {
    let mut x = *start;
    for _ in 0..4 {
        quarter_round(&mut x, 0, 4, 8, 12);
        quarter_round(&mut x, 1, 5, 9, 13);
        quarter_round(&mut x, 2, 6, 10, 14);
        quarter_round(&mut x, 3, 7, 11, 15);
        quarter_round(&mut x, 0, 5, 10, 15);
        quarter_round(&mut x, 1, 6, 11, 12);
        quarter_round(&mut x, 2, 7, 8, 13);
        quarter_round(&mut x, 3, 4, 9, 14);
    }
    for (j, numbers) in numbers.iter_mut().enumerate() {
        for l in 0..STREAMS {
            let low = x[2 * j][l].wrapping_add(start[2 * j][l]);
            let high = x[2 * j + 1][l].wrapping_add(start[2 * j + 1][l]);
            // The upper 53 bits in two exact parts, whose sum is exact as well: each is one conversion on every machine.
            numbers[l] = f64::from(high) * HIGH + f64::from((low >> 11) as i32) * ULP;
        }
    }
}

/// $`2^{-32}`$.
const HIGH: f64 = 1.0 / 4_294_967_296.0;

#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "each version of a kernel needs its own copy, compiled for its instruction set"
)]
fn quarter_round(x: &mut State, a: usize, b: usize, c: usize, d: usize) {
    for (a, b, d, rotation) in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)] {
        for l in 0..STREAMS {
            x[a][l] = x[a][l].wrapping_add(x[b][l]);
            x[d][l] = (x[d][l] ^ x[a][l]).rotate_left(rotation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn streams_are_the_same_side_by_side(
            seed in any::<u64>(),
            first in prop_oneof![0..1_000_u64, Just(u64::from(u32::MAX) - 3), Just(u64::MAX - 15)],
            length in 0_usize..70,
        ) {
            let mut tile = vec![[0.0; STREAMS]; length];
            Seed::new(seed).fill_uniform_streams(first, &mut tile);
            for l in 0..STREAMS {
                let mut alone = vec![0.0; length];
                Seed::new(seed).stream(first + l as u64).fill_uniform(&mut alone);
                let lane: Vec<f64> = tile.iter().map(|numbers| numbers[l]).collect();
                prop_assert_eq!(&lane, &alone);
            }
        }
    }
}
