//! The few colors that stand for all of a picture.

use std::collections::BTreeMap;

/// Colors that are kept as they are: what fills the most pixels of a plot is flat, and must not shift.
const EXACT: usize = 96;

/// At most so many colors, and which of them stands for each color of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Palette {
    pub(crate) colors: Vec<[u8; 3]>,
    index: BTreeMap<[u8; 3], u8>,
}

/// Colors of a picture with the number of their pixels.
struct Cluster {
    members: Vec<([u8; 3], u64)>,
    /// Sum of squared distances from the mean, by channel.
    spread: [f64; 3],
    mean: [f64; 3],
}

impl Cluster {
    fn new(members: Vec<([u8; 3], u64)>) -> Self {
        let weight: f64 = members.iter().map(|(_, count)| *count as f64).sum();
        let moment = |channel: usize, power: i32| -> f64 {
            members.iter().map(|(color, count)| f64::from(color[channel]).powi(power) * *count as f64).sum()
        };
        let mean = [0, 1, 2].map(|channel| moment(channel, 1) / weight);
        let spread = [0, 1, 2].map(|channel| (moment(channel, 2) - mean[channel].powi(2) * weight).max(0.0));
        Self { members, spread, mean }
    }

    fn error(&self) -> f64 {
        if self.members.len() > 1 { self.spread.iter().sum() } else { -1.0 }
    }

    /// Two clusters, parted at the mean of the channel that varies most.
    fn split(self) -> (Self, Self) {
        let channel = (0..3).fold(0, |best, c| if self.spread[c] > self.spread[best] { c } else { best });
        let below = |color: &[u8; 3]| f64::from(color[channel]) <= self.mean[channel];
        let (mut low, mut high): (Vec<_>, Vec<_>) = self.members.into_iter().partition(|(color, _)| below(color));
        // Rounding of the mean may leave all on one side.
        if high.is_empty() {
            high = low.split_off(low.len() / 2);
        }
        (Self::new(low), Self::new(high))
    }
}

impl Palette {
    /// The palette of counted colors with `limit` entries at most, 256 at the very most.
    ///
    /// The most frequent colors are kept exactly. The rest is parted again and again where the squared error is greatest.
    pub(crate) fn new(counts: &BTreeMap<[u8; 3], u64>, limit: usize) -> Self {
        let mut ranked: Vec<([u8; 3], u64)> = counts.iter().map(|(&color, &count)| (color, count)).collect();
        ranked.sort_by_key(|&(color, count)| (std::cmp::Reverse(count), color));
        let exact = if ranked.len() <= limit { ranked.len() } else { EXACT.min(limit / 2) };
        let rest = ranked.split_off(exact);
        let mut clusters: Vec<Cluster> = ranked.into_iter().map(|member| Cluster::new(vec![member])).collect();
        if !rest.is_empty() {
            clusters.push(Cluster::new(rest));
        }
        while clusters.len() < limit {
            let worst = (0..clusters.len())
                .fold(0, |best, i| if clusters[i].error() > clusters[best].error() { i } else { best });
            if clusters.is_empty() || clusters[worst].error() <= 0.0 {
                break;
            }
            let (low, high) = clusters.swap_remove(worst).split();
            clusters.extend([low, high]);
        }
        let colors = clusters.iter().map(|cluster| cluster.mean.map(|channel| channel.round() as u8)).collect();
        let members = |(index, cluster): (usize, &Cluster)| {
            cluster.members.iter().map(move |(color, _)| (*color, index as u8)).collect::<Vec<_>>()
        };
        Self { colors, index: clusters.iter().enumerate().flat_map(members).collect() }
    }

    /// Which entry stands for a color of the picture.
    pub(crate) fn index(&self, color: [u8; 3]) -> u8 {
        self.index.get(&color).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn distance(a: [u8; 3], b: [u8; 3]) -> f64 {
        (0..3).map(|c| (f64::from(a[c]) - f64::from(b[c])).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn a_smooth_ramp_is_hardly_changed() {
        let counts = (0..=255_u8).flat_map(|i| (0..4).map(move |j| ([i, 255 - i, i / 2 + j], 1))).collect();
        let palette = Palette::new(&counts, 255);
        let worst =
            counts.keys().map(|&c| distance(c, palette.colors[usize::from(palette.index(c))])).fold(0.0, f64::max);
        assert!(palette.colors.len() == 255 && worst < 8.0, "{worst}");
    }

    proptest! {
        #[test]
        fn few_colors_are_exact_and_many_are_limited(
            counts in prop::collection::btree_map(any::<[u8; 3]>(), 1..1000_u64, 1..400),
            limit in 2..=256_usize,
        ) {
            let palette = Palette::new(&counts, limit);
            prop_assert!(palette.colors.len() <= limit);
            prop_assert!(counts.keys().all(|&color| usize::from(palette.index(color)) < palette.colors.len()));
            if counts.len() <= limit {
                prop_assert!(counts.keys().all(|&c| palette.colors[usize::from(palette.index(c))] == c));
            }
            let most = counts.iter().max_by_key(|(color, count)| (**count, std::cmp::Reverse(**color))).unwrap().0;
            prop_assert_eq!(palette.colors[usize::from(palette.index(*most))], *most);
        }
    }
}
