//! Options with disjoint supports, such as basis vectors: counting is enough.
//!
//! The options of one kind can all be exchanged with each other without touching anything else, so that the bound on images
//! that follows from counting kinds is attained.

use super::slots::Involutions;
use super::{NoCopies, Prepared, Slots};
use std::collections::{BTreeMap, BTreeSet};

/// The slots if supports are disjoint and no condition is in the way, of a single part if `whole`; `None` if the general search
/// has to be asked. Linear in the size of the vectors.
pub(super) fn slots(prepared: &Prepared, whole: bool) -> Option<Result<Slots, NoCopies>> {
    let coded = &prepared.coded;
    let mut owner: Vec<bool> = vec![false; coded.dimension];
    let mut frozen = owner.clone();
    for &column in &prepared.frozen {
        frozen[column as usize] = true;
    }
    for &option in prepared.a.iter().chain(&prepared.pool) {
        for &(column, _) in &coded.supports[option as usize] {
            if std::mem::replace(&mut owner[column as usize], true) || frozen[column as usize] {
                return None;
            }
        }
    }
    let exchanged: BTreeSet<u32> = prepared.a.iter().chain(&prepared.pool).copied().collect();
    for set in &prepared.fixed {
        let inside = set.iter().filter(|option| exchanged.contains(option)).count();
        let apart = |option: &u32| coded.supports[*option as usize].iter().all(|&(column, _)| !owner[column as usize]);
        let outside = set.iter().filter(|option| !exchanged.contains(option)).all(apart);
        if !outside || (inside != 0 && inside != exchanged.len()) {
            return None;
        }
    }
    let divisors = prepared.divisors();
    let found = if whole { divisors.into_iter().find(|&(_, m)| m == 1) } else { divisors.first().copied() };
    let (n, m) = found?;
    let short = || prepared.short_of(m, n + 1);
    if n == 0 {
        return Some(Err(short()?));
    }
    if n < m {
        return Some(Err(NoCopies::FewerThanParts { n, m, because: short().map(Box::new) }));
    }
    let parts = dealt(prepared, &prepared.a, m, m);
    let images = dealt(prepared, &prepared.pool, m, n);
    let columns =
        parts.iter().chain(&images).map(|slot| slot.iter().flat_map(|&option| aligned(prepared, option)).collect());
    let involutions = Involutions::Aligned(columns.collect());
    let sorted = |slot: &Vec<u32>| {
        let mut places: Vec<usize> = slot.iter().map(|&option| option as usize).collect();
        places.sort_unstable();
        places
    };
    let images = images.iter().map(|image| prepared.places(image)).collect();
    let parts = parts.iter().map(sorted).collect();
    Some(Ok(Slots::new(coded.dimension, parts, images, involutions, true, short())))
}

/// The first `count` slots made of some options, each with as many of every kind as one of `m` parts of A, kind by kind.
fn dealt(prepared: &Prepared, options: &[u32], m: usize, count: usize) -> Vec<Vec<u32>> {
    let mut by_kind: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for &option in options {
        by_kind.entry(prepared.coded.kinds[option as usize]).or_default().push(option);
    }
    let mut slots = vec![Vec::new(); count];
    for (kind, needed) in prepared.coded.census(&prepared.a) {
        let chunks = by_kind.get(&kind).map(Vec::as_slice).unwrap_or_default().chunks(needed / m);
        for (slot, chunk) in slots.iter_mut().zip(chunks) {
            slot.extend_from_slice(chunk);
        }
    }
    slots
}

/// The support of an option in the order of its values, so that options of one kind correspond.
fn aligned(prepared: &Prepared, option: u32) -> Vec<u32> {
    let mut support = prepared.coded.supports[option as usize].clone();
    support.sort_unstable_by_key(|&(column, code)| (code, column));
    support.into_iter().map(|(column, _)| column).collect()
}
