//! Counter-based random streams: [`Seed`] and [`StreamRng`].
//!
//! # Derivation (compatibility contract)
//!
//! Stream `i` of seed `k` is the output of `ChaCha8` [Bernstein 2008] with a 64-bit block counter that starts at 0, the
//! 64-bit nonce `i`, and the 256-bit key made of four little-endian 64-bit words:
//!
//! | word | stream of samples | derived seed |
//! |---|---|---|
//! | 0 | `k` | `k` |
//! | 1 | 0 | FNV-1a (64-bit) of the label's UTF-8 bytes |
//! | 2 | the ASCII bytes `samples\0` | the ASCII bytes `derives\0` |
//! | 3 | [`STREAM_VERSION`] | [`STREAM_VERSION`] |
//!
//! Streams of [`SamplingMethod`](crate::SamplingMethod)s derive from these: a mirrored stream has all bits of all words flipped.
//! A stream of point $`j`$ of Sobol replicate $`r`$ has the purpose `sobol\0\0\0` and the nonce
//! $`r + 32\lfloor j/2^{16}\rfloor`$. Its first word seeds hashes; each further one, the digital shift, has its upper 24 bits
//! combined with those of the point by exclusive or.
//!
//! The generator's 32-bit words are taken in order; a 64-bit word is two of them, low half first; a uniform number is
//! the upper 53 bits of a 64-bit word times $`2^{-53}`$. [`Seed::derive`] returns the first 64-bit word of nonce 0.
//! Nothing depends on the machine, the number of threads, or the order in which streams are opened.

use std::convert::Infallible;
use std::num::NonZeroU64;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng, TryRng};
use serde::{Deserialize, Serialize};

use crate::SamplingMethod;

/// Version of everything that decides which number is drawn: the derivation of streams and the draw sequence of every
/// distribution of this crate. Results are comparable bit by bit only between equal versions.
pub const STREAM_VERSION: u32 = 1;

pub(crate) const SAMPLES: u64 = u64::from_le_bytes(*b"samples\0");
const DERIVES: u64 = u64::from_le_bytes(*b"derives\0");
const SOBOL: u64 = u64::from_le_bytes(*b"sobol\0\0\0");

/// $`2^{-53}`$, the spacing of the uniform numbers.
pub(crate) const ULP: f64 = 1.0 / 9_007_199_254_740_992.0;

/// Words converted at a time: small enough for the stack and the first-level cache, and a multiple of the generator's
/// own buffer.
const CHUNK: usize = 64;

/// The seed of an experiment: every stream of random numbers follows from it.
///
/// ```
/// use dunamis_sampling::Seed;
///
/// let seed = Seed::new(7);
/// assert_eq!(seed.stream(3).uniform(), seed.stream(3).uniform());
/// assert_ne!(seed.stream(3).uniform(), seed.stream(4).uniform());
/// assert_ne!(seed.derive("rewards"), seed.derive("models"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(u64);

impl Seed {
    /// The seed with this number; every number is a good seed, 0 too.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number of this seed.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The stream that belongs to sample `index`.
    ///
    /// Equal seeds and indices give equal streams, whatever else has been drawn; the $`2^{64}`$ streams of a seed do
    /// not overlap within their first $`2^{67}`$ uniform numbers.
    pub fn stream(self, index: u64) -> StreamRng {
        StreamRng::keyed(self.0, 0, SAMPLES, index)
    }

    /// A seed for one purpose among several, so that their streams have nothing in common.
    pub fn derive(self, label: &str) -> Self {
        Self(StreamRng::keyed(self.0, fnv1a(label.as_bytes()), DERIVES, 0).word())
    }
}

impl From<u64> for Seed {
    fn from(number: u64) -> Self {
        Self::new(number)
    }
}

/// The 64-bit FNV-1a hash, spelled out because its value is part of the contract.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// One stream of random numbers, opened by [`Seed::stream`].
///
/// Implements the traits `Rng` and `TryRng` of `rand` 0.10, so that any distribution written for them can use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRng {
    chacha: ChaCha8Rng,
    spread: Spread,
}

/// What is done to the generator's words, so that streams depend on each other.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Spread {
    Independent,
    /// Nothing, but the stream has a mirror image.
    Mirrored,
    /// All bits are flipped.
    Reflected,
    Sobol(SobolPoint),
}

/// A point of a scrambled Sobol sequence, coordinate by coordinate.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SobolPoint {
    index: u32,
    seed: u32,
    coordinate: u64,
    /// The upper 24 bits of four coordinates, of which `coordinate` is one unless it is the first.
    four: [u32; 4],
}

impl SobolPoint {
    /// Points of one sequence.
    const POINTS: u64 = 1 << 16;

    fn next(&mut self) -> u64 {
        let place = (self.coordinate % 4) as usize;
        if place == 0 {
            self.fill();
        }
        self.coordinate += 1;
        u64::from(self.four[place]) << 40
    }

    fn fill(&mut self) {
        let dimensions = u64::from(sobol_burley::NUM_DIMENSIONS);
        let (sequence, dimension) = (self.coordinate / dimensions, self.coordinate % dimensions);
        // An odd multiplier keeps the seeds of different sequences apart; the crate hashes them.
        let seed = self.seed.wrapping_add((sequence as u32).wrapping_mul(0x9e37_79b9));
        let four = sobol_burley::sample_4d(self.index, (dimension / 4) as u32, seed);
        self.four = four.map(|x| (x * 16_777_216.0) as u32);
    }

    fn skip(&mut self, words: u64) {
        self.coordinate = self.coordinate.wrapping_add(words);
        if !self.coordinate.is_multiple_of(4) {
            self.fill();
        }
    }
}

impl StreamRng {
    fn keyed(seed: u64, label: u64, purpose: u64, nonce: u64) -> Self {
        let mut key = [0; 32];
        let words = [seed, label, purpose, u64::from(STREAM_VERSION)];
        for (bytes, word) in key.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        let mut chacha = ChaCha8Rng::from_seed(key);
        chacha.set_stream(nonce);
        Self { chacha, spread: Spread::Independent }
    }

    /// One of the pair that this stream and its mirror image are.
    pub(crate) fn mirrored(self, reflected: bool) -> Self {
        Self { spread: if reflected { Spread::Reflected } else { Spread::Mirrored }, ..self }
    }

    /// The stream whose words are the coordinates of a randomized Sobol point.
    pub(crate) fn sobol(seed: Seed, replicate: u64, point: u64) -> Self {
        let sequence = point / SobolPoint::POINTS * SamplingMethod::REPLICATES + replicate;
        let mut stream = Self::keyed(seed.0, 0, SOBOL, sequence);
        let hashed = stream.chacha.next_u64() as u32;
        let index = (point % SobolPoint::POINTS) as u32;
        stream.spread = Spread::Sobol(SobolPoint { index, seed: hashed, coordinate: 0, four: [0; 4] });
        stream
    }

    /// Whether this stream knows nothing of others. Otherwise a law does best to draw by inversion, so that how streams are
    /// spread becomes how its values are spread.
    pub fn is_independent(&self) -> bool {
        self.spread == Spread::Independent
    }

    #[inline]
    fn word(&mut self) -> u64 {
        let word = self.chacha.next_u64();
        match &mut self.spread {
            Spread::Independent | Spread::Mirrored => word,
            Spread::Reflected => !word,
            Spread::Sobol(point) => word ^ point.next(),
        }
    }

    /// One number uniform on $`\{0, 2^{-53}, \dots, 1-2^{-53}\} \subset [0, 1)`$; takes one 64-bit word.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        uniform_from(self.word())
    }

    /// Fills `numbers` with what as many calls of [`uniform`](Self::uniform) would give, several times faster.
    pub fn fill_uniform(&mut self, numbers: &mut [f64]) {
        let mut bytes = [0; 8 * CHUNK];
        for chunk in numbers.chunks_mut(CHUNK) {
            let bytes = &mut bytes[..8 * chunk.len()];
            self.chacha.fill_bytes(bytes);
            let (words, _) = bytes.as_chunks::<8>();
            let words = words.iter().map(|word| u64::from_le_bytes(*word));
            match &mut self.spread {
                Spread::Independent | Spread::Mirrored => {
                    chunk.iter_mut().zip(words).for_each(|(number, word)| *number = uniform_from(word));
                }
                Spread::Reflected => {
                    chunk.iter_mut().zip(words).for_each(|(number, word)| *number = uniform_from(!word));
                }
                Spread::Sobol(point) => {
                    chunk.iter_mut().zip(words).for_each(|(number, word)| *number = uniform_from(word ^ point.next()));
                }
            }
        }
    }

    /// One integer uniform on $`\{0, \dots, \mathtt{bound} - 1\}`$, without bias; takes one 64-bit word, and rarely
    /// (with probability below $`\mathtt{bound}/2^{64}`$) more [Lemire 2019].
    pub fn below(&mut self, bound: NonZeroU64) -> u64 {
        let bound = bound.get();
        let mut product = u128::from(self.word()) * u128::from(bound);
        if (product as u64) < bound {
            let threshold = bound.wrapping_neg() % bound;
            while (product as u64) < threshold {
                product = u128::from(self.word()) * u128::from(bound);
            }
        }
        (product >> 64) as u64
    }

    /// The swaps of a partial Fisher–Yates shuffle of `size` items: `swaps[i]` is uniform on
    /// $`\{i, \dots, \mathtt{size} - 1\}`$, independently, for the item that changes places with item $`i`$.
    ///
    /// Several swaps share one 64-bit word, as many as leave $`2^{16}`$ times more words than outcomes
    /// [Brackett-Rozinsky & Lemire 2024].
    ///
    /// # Panics
    ///
    /// If there are more swaps than items.
    pub fn fill_swaps(&mut self, size: u32, swaps: &mut [u32]) {
        assert!(swaps.len() <= size as usize, "more swaps than items");
        let mut done = 0;
        while done < swaps.len() {
            let first = u64::from(size) - done as u64;
            let (mut outcomes, mut count) = (first, 1);
            while done + count < swaps.len() {
                let Some(more) = outcomes.checked_mul(first - count as u64).filter(|&more| more < 1 << 48) else {
                    break;
                };
                (outcomes, count) = (more, count + 1);
            }
            loop {
                let mut word = self.word();
                for (place, swap) in (done..).zip(&mut swaps[done..done + count]) {
                    let product = u128::from(word) * u128::from(u64::from(size) - place as u64);
                    (*swap, word) = (place as u32 + (product >> 64) as u32, product as u64);
                }
                if word >= outcomes || word >= outcomes.wrapping_neg() % outcomes {
                    break;
                }
            }
            done += count;
        }
    }

    /// Moves past the next `words` 64-bit words in constant time.
    pub fn skip(&mut self, words: u64) {
        let position = self.chacha.get_word_pos();
        self.chacha.set_word_pos(position.wrapping_add(2 * u128::from(words)));
        if let Spread::Sobol(point) = &mut self.spread {
            point.skip(words);
        }
    }
}

#[inline]
fn uniform_from(word: u64) -> f64 {
    // The detour through `i64` changes nothing, as 53 bits are never negative, but is one instruction on every machine.
    ((word >> 11) as i64 as f64) * ULP
}

impl TryRng for StreamRng {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        if self.is_independent() { self.chacha.try_next_u32() } else { Ok((self.word() >> 32) as u32) }
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.word())
    }

    #[inline]
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        if self.is_independent() {
            return self.chacha.try_fill_bytes(bytes);
        }
        for bytes in bytes.chunks_mut(8) {
            bytes.copy_from_slice(&self.word().to_le_bytes()[..bytes.len()]);
        }
        Ok(())
    }
}
